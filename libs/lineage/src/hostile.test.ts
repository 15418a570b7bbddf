import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DIALECTS } from './dialect.ts';
import { columnLineage } from './lineage.ts';

const SCHEMA = { t: ['a', 'b'], orders: ['id', 'amount'] };
const SEEDS = [
  'with q as (select * exclude (b) from t) select a, sum(a) over (partition by a) as w from q where a in (select id from orders) qualify w > 1',
  "merge into t using orders o on t.a = o.id when matched then update set b = o.amount when not matched then insert (a, b) values (o.id, 'x')",
  'select * from orders pivot (sum(amount) for id in (1, 2 as two)) union all select 1, 2',
  "from t |> where a > 1 |> extend a || '}' as `x y` |> aggregate count(*) as n group by a",
  'select f.value:a[0]:b::int from t, lateral flatten(input => t.b) f -- note\n where /* x */ f.index > $$y$$',
];

describe('hostile SQL', () => {
  test('any text ends in a result or an error that says why', () => {
    const mutated = fc.tuple(
      fc.constantFrom(...SEEDS),
      fc.array(fc.tuple(fc.nat(200), fc.nat(12), fc.string({ maxLength: 6, unit: 'binary' })), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(mutated, fc.constantFrom(...DIALECTS), ([seed, cuts], dialect) => {
        let sql = seed;
        for (const [at, length, text] of cuts) sql = sql.slice(0, at) + text + sql.slice(at + length);
        const result = columnLineage(sql, SCHEMA, { dialect });
        if (!result.ok) expect(result.error.message.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_500 },
    );
  });

  test.each([
    ['bytes that are no text', '\u0000\uffff\ud800select'],
    ['only a comment', '-- nothing'],
    ['an open string', "select 'a"],
    ['an open comment', 'select a /* from t'],
    ['nothing', ''],
    ['20,000 brackets', '('.repeat(20_000)],
    ['20,000 signs', `select ${'- '.repeat(20_000)}a from t`],
    ['20,000 terms', `select ${Array(20_000).fill('a').join('+')} as x from t`],
    [
      '1,000 common table expressions in a chain',
      `with ${Array.from({ length: 1000 }, (_, i) => `c${i} as (select * from ${i === 0 ? 't' : `c${i - 1}`})`).join(',')} select * from c999`,
    ],
    ['a CTE that reads itself', 'with q as (select * from q) select * from q'],
    ['two that read each other', 'with recursive p as (select * from q), q as (select * from p) select * from p'],
  ])('%s', (_, sql) => {
    const result = columnLineage(sql, SCHEMA, { dialect: 'duckdb' });
    expect(result.ok || result.error.message.length > 0).toBe(true);
  });

  test('10,000 columns through twenty stars', () => {
    const columns = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
    const ctes = Array.from({ length: 20 }, (_, i) => `q${i} as (select * from ${i === 0 ? 'wide' : `q${i - 1}`})`);
    const result = columnLineage(`with ${ctes.join(',')} select * from q19`, { wide: columns }, { dialect: 'duckdb' });
    expect(result.ok && result.statements[0]!.columns.length).toBe(10_000);
  });

  test('references that multiply stop at the limit of steps', () => {
    const wide = Array.from({ length: 400 }, (_, i) => `c${i}`);
    const layer = (from: string, a: string, b: string): string =>
      `select ${wide.map((_, i) => `${wide.map((__, j) => `${a}${j}`).join('+')} as ${b}${i}`).join(',')} from ${from}`;
    const sql = `with p as (${layer('wide', 'c', 'd')}) ${layer('p', 'd', 'e')}`;
    const result = columnLineage(sql, { wide }, { dialect: 'duckdb', limits: { steps: 100_000 } });
    expect(result).toMatchObject({ ok: false, error: { code: 'limit' } });
  }, 30_000);

  test('names that are properties of every object are only names', () => {
    const schema = { __proto__x: ['a'], constructor: ['toString', '__proto__'] };
    const result = columnLineage(
      'select "toString" as "constructor", c."__proto__" as "hasOwnProperty" from constructor c',
      schema,
      { dialect: 'duckdb' },
    );
    expect(
      result.ok && result.statements[0]!.columns.map((column) => [column.name, column.edges[0]!.sourceColumn]),
    ).toEqual([
      ['constructor', 'toString'],
      ['hasOwnProperty', '__proto__'],
    ]);
  });
});
