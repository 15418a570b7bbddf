import { afterAll, describe, expect, test } from '@jest/globals';
import { LineagePool } from './pool.ts';

const SCHEMA = { t: ['a', 'b'] };
const pools: LineagePool[] = [];
const pool = (...options: ConstructorParameters<typeof LineagePool>): LineagePool => {
  const made = new LineagePool(...options);
  pools.push(made);
  return made;
};

afterAll(() => Promise.all(pools.map((one) => one.close())));

/** Slow to resolve and honest about it: every column of one layer reads all of the layer before. */
function slowSql(width: number, layers: number): string {
  const list = (a: string, b: string): string =>
    Array.from(
      { length: width },
      (_, i) => `${Array.from({ length: 400 }, (__, j) => `${a}${j % width}`).join('+')} as ${b}${i}`,
    ).join(',');
  const ctes = Array.from(
    { length: layers },
    (_, i) => `q${i + 1} as (select ${list(`x${i}_`, `x${i + 1}_`)} from q${i})`,
  );
  return `with q0 as (select ${Array.from({ length: width }, (_, i) => `a as x0_${i}`).join(',')} from t), ${ctes.join(',')} select * from q${layers}`;
}

describe('the pool', () => {
  test('answers every query, more than it has threads', async () => {
    const two = pool({ threads: 2 });
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        two.run({ sql: `select a + ${i} as x from t`, dialect: 'duckdb', schema: SCHEMA }),
      ),
    );
    expect(
      results.every((result) => result.ok && result.statements[0]!.columns[0]!.edges[0]!.sourceColumn === 'a'),
    ).toBe(true);
  }, 60_000);

  test('a query over its time ends alone, and the others go on', async () => {
    const one = pool({ threads: 1, timeoutMs: 1500 });
    await one.run({ sql: 'select a from t', dialect: 'duckdb', schema: SCHEMA });
    const slow = one.run({
      sql: slowSql(60, 40),
      dialect: 'duckdb',
      schema: SCHEMA,
      limits: { steps: 1e12, text: 1e9 },
    });
    const next = one.run({ sql: 'select b from t', dialect: 'duckdb', schema: SCHEMA });
    expect(await slow).toMatchObject({
      ok: false,
      error: { code: 'limit', message: 'the query took longer than 1500 ms' },
    });
    expect(await next).toMatchObject({ ok: true });
  }, 60_000);

  test('a query over its memory ends alone', async () => {
    const one = pool({ threads: 1, timeoutMs: 50_000, memoryMb: 24 });
    const columns = Array.from({ length: 120_000 }, (_, i) => `column_${i}`);
    const sql = `select * from (${Array(12).fill('select * from wide').join(' union all ')}) cross join wide w1 cross join wide w2`;
    expect(await one.run({ sql, dialect: 'duckdb', schema: { wide: columns }, limits: { steps: 1e12 } })).toMatchObject(
      { ok: false, error: { code: 'limit' } },
    );
    expect(await one.run({ sql: 'select b from t', dialect: 'duckdb', schema: SCHEMA })).toMatchObject({ ok: true });
  }, 60_000);

  test('a query that breaks the parser costs its thread and nothing else', async () => {
    const one = pool({ threads: 1 });
    const broken = one.run({
      sql: `select ${Array(20_000).fill('a').join('||')} as x from t`,
      dialect: 'duckdb',
      schema: SCHEMA,
    });
    const next = one.run({ sql: 'select b from t', dialect: 'duckdb', schema: SCHEMA });
    expect(await broken).toMatchObject({ ok: false, error: { code: 'limit' } });
    expect(await next).toMatchObject({ ok: true });
  }, 60_000);

  test('a closed pool refuses', async () => {
    const closed = new LineagePool({ threads: 1 });
    await closed.close();
    await expect(closed.run({ sql: 'select 1', dialect: 'duckdb', schema: {} })).rejects.toThrow('closed');
  });
});
