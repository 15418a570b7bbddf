import { expect, test } from '@jest/globals';
import { printQuery, type PrintedQuery } from './query-print.ts';

const tables: Readonly<Record<string, readonly string[]>> = { t: ['a', 'b', 'c'], u: ['a', 'b'], z: ['z'] };

type Dialect = 'duckdb' | 'postgres';

function printed(sql: string, dialect: Dialect = 'duckdb'): ReturnType<typeof printQuery> {
  return printQuery(
    sql,
    (path) => {
      const id = path[path.length - 1] ?? '';
      return id in tables
        ? { id, columns: tables[id] ?? [], complete: true }
        : id === 'open'
          ? { id, columns: [], complete: false }
          : null;
    },
    { dialect },
  );
}

/** What differs between two queries: `rows`, or names of columns; `unknown` where one of them is opaque. */
function difference(before: string, after: string, dialect: Dialect = 'duckdb'): string[] {
  const [a, b] = [printed(before, dialect), printed(after, dialect)];
  if (!a.ok || !b.ok) return ['unknown'];
  if (a.rows.text !== b.rows.text || a.rows.volatile || b.rows.volatile) return ['rows'];
  const texts = ({ columns }: PrintedQuery): Map<string, string> =>
    new Map(columns.map(({ name, print }) => [name, print.text]));
  const [then, now] = [texts(a), texts(b)];
  return [...new Set([...then.keys(), ...now.keys()])].filter((name) => then.get(name) !== now.get(name)).sort();
}

test.each([
  ['a comment', 'select a from t', 'select /* x */ a -- y\nfrom t'],
  ['the name of a CTE', 'with x as (select a from t) select a from x', 'with y as (select a from t) select a from y'],
  ['the alias of a table', 'select x.a from t x', 'select y.a from t y'],
  ['the order of columns', 'select a, b from t', 'select b, a from t'],
  ['the order of conditions', 'select a from t where b > 1 and c > 2', 'select a from t where (c > 2) and b > 1'],
  ['a CTE around it', 'select a, b from t', 'with w as (select * from t) select a, b from w'],
  ['an ordinal', 'select a, count(*) as n from t group by 1', 'select a, count(*) as n from t group by a'],
  ['upper case', 'select a, sum(b) as s from t group by a', 'SELECT A AS a, SUM(b) AS s FROM t GROUP BY a'],
  ['an order that nothing depends on', 'select a from t', 'select a from t order by b'],
])('these mean the same: %s', (_, before, after) => {
  expect(difference(before, after)).toEqual([]);
});

test.each([
  ['a filter', 'select a from t', 'select a from t where b > 1'],
  ['another filter', 'select a from t where b > 1', 'select a from t where b > 2'],
  ['the kind of a join', 'select t.a from t join u on t.a = u.a', 'select t.a from t left join u on t.a = u.a'],
  ['the condition of a join', 'select t.a from t join u on t.a = u.a', 'select t.a from t join u on t.a = u.b'],
  ['a key of GROUP BY', 'select max(a) as a from t group by b', 'select max(a) as a from t group by b, c'],
  ['DISTINCT', 'select a from t', 'select distinct a from t'],
  ['a column under DISTINCT', 'select distinct a from t', 'select distinct a, b from t'],
  ['a column under UNION', 'select a from t union select a from u', 'select a, b from t union select a, b from u'],
  ['UNION ALL', 'select a from t union select a from u', 'select a from t union all select a from u'],
  ['a first aggregate', 'select 1 as a from t', 'select 1 as a, count(*) as n from t'],
  ['a set', 'select a from t', 'select a, unnest([1, 2]) as b from t'],
  ['HAVING', 'select a from t group by a', 'select a from t group by a having count(*) > 1'],
  ['QUALIFY', 'select a from t', 'select a from t qualify rank() over (order by b) = 1'],
  [
    'a subquery in a filter',
    'select a from t where a in (select a from u)',
    'select a from t where a in (select b from u)',
  ],
  ['LIMIT', 'select a from t', 'select a from t limit 5'],
])('these have other rows: %s', (_, before, after) => {
  expect(difference(before, after)).toEqual(['rows']);
});

test.each([
  ['an expression', 'select a, b + 1 as b from t', 'select a, b + 2 as b from t', ['b']],
  ['an added column', 'select a from t', 'select a, b from t', ['b']],
  ['a dropped column', 'select a, b from t', 'select a from t', ['b']],
  [
    'an expression in a CTE',
    'with x as (select a, b + 1 as b from t) select a, b * 2 as d from x',
    'with x as (select a, b + 2 as b from t) select a, b * 2 as d from x',
    ['d'],
  ],
  [
    'which side of a self join',
    'select x.a, y.b from t x join t y on x.a = y.b',
    'select x.a, x.b from t x join t y on x.a = y.b',
    ['b'],
  ],
  [
    'a scalar subquery',
    'select a, (select max(a) from u) as m from t',
    'select a, (select max(a) from u where b > 1) as m from t',
    ['m'],
  ],
  [
    'an arm of UNION ALL',
    'select a, b from t union all select a, b from u',
    'select a, b from t union all select a, a from u',
    ['b'],
  ],
  [
    'a window',
    'select a, sum(b) over (partition by a) as s from t',
    'select a, sum(b) over (partition by c) as s from t',
    ['s'],
  ],
])('these differ in a column: %s', (_, before, after, columns) => {
  expect(difference(before, after)).toEqual(columns);
});

test.each([
  ['unknown_function', 'select mystery(a) from t'],
  ['unknown_relation', 'select a from nowhere'],
  ['unresolved_name', 'select d from t'],
  ['unresolved_name', 'select a from t, u'],
  ['unsupported', 'with recursive r as (select 1 as a) select a from r'],
  ['unparsed', 'select a from t tablesample 10%'],
  ['unparsed', 'select from where'],
])('what is not understood makes the whole query opaque: %s, %s', (rule, sql) => {
  expect(printed(sql)).toMatchObject({ ok: false, rule });
});

test.each([
  'now()',
  'random()',
  'current_date',
  "cast('today' as date)",
  'first(a)',
  'string_agg(a)',
  'row_number() over (order by a)',
  'sum(b) over (order by a rows 2 preceding)',
])('what is not the same twice is marked: %s', (expression) => {
  const query = printed(`select ${expression} as x from t`) as PrintedQuery;
  expect(query.ok && query.columns[0]?.print.volatile).toBe(true);
});

test('it says what it reads: columns, and which rows there are', () => {
  const query = printed('select x.a from t x left join u using (a) where x.b > 1') as PrintedQuery;
  expect([...query.rows.uses].sort()).toEqual(['t\u0000#rows', 't\u0000a', 't\u0000b', 'u\u0000#rows', 'u\u0000a']);
});

test('a star over a table whose columns are not known stands for all of it, and a name through it for that column', () => {
  const star = printed('select * from open') as PrintedQuery;
  expect([...(star.rest?.uses ?? [])]).toEqual(['open\u0000#all']);
  const name = printed('with o as (select * from open) select one from o') as PrintedQuery;
  expect([...(name.columns[0]?.print.uses ?? [])]).toEqual(['open\u0000one']);
});
