import { describe, expect, test } from '@jest/globals';
import { Catalog } from './catalog.ts';
import { rulesOf, type Dialect } from './dialect.ts';
import type { Schema, StatementLineage } from './edge.ts';
import { columnLineage } from './lineage.ts';
import { sourceName } from './report.ts';

const SCHEMA: Schema = { t: ['a', 'b', 'c', 'd'], u: ['a', 'x', 'y'] };

function lineage(sql: string, schema: Schema = SCHEMA, dialect: Dialect = 'duckdb'): StatementLineage {
  const result = columnLineage(sql, schema, { dialect });
  if (!result.ok) throw new Error(result.error.message);
  return result.statements[result.statements.length - 1]!;
}

const edges = (one: StatementLineage): string[] =>
  one.columns.flatMap((column) => column.edges.map((edge) => `${column.name} ${edge.kind} ${sourceName(edge)}`)).sort();
const rows = (one: StatementLineage): string[] => one.rows.map((edge) => `${edge.kind} ${sourceName(edge)}`).sort();

describe('kinds', () => {
  test('a value, a window, a filter of an aggregate and an order inside one are told apart', () => {
    expect(edges(lineage('select a, sum(b) over (partition by c order by d) as w from t'))).toEqual([
      'a value t.a',
      'w value t.b',
      'w window t.c',
      'w window t.d',
    ]);
    expect(edges(lineage('select max(a) filter (where b > 1) as m, array_agg(c order by d) as l from t'))).toEqual([
      'l order t.d',
      'l value t.c',
      'm filter t.b',
      'm value t.a',
    ]);
  });

  test('WHERE, ON, GROUP BY and ORDER BY bear on rows, not on a column', () => {
    expect(rows(lineage('select count(*) as n from t join u on t.a = u.a where b > 1 group by c order by d'))).toEqual([
      'filter t.b',
      'group t.c',
      'join t.a',
      'join u.a',
      'order t.d',
    ]);
  });

  test('DISTINCT and UNION group by every output column', () => {
    expect(rows(lineage('select distinct a, b from t'))).toEqual(['group t.a', 'group t.b']);
    expect(rows(lineage('select a from t union select x from u'))).toEqual(['group t.a', 'group u.x']);
    expect(rows(lineage('select a from t union all select x from u'))).toEqual([]);
  });

  test('GROUP BY ALL groups by what does not aggregate', () => {
    expect(rows(lineage('select a, b + 1 as e, sum(c) as s from t group by all'))).toEqual(['group t.a', 'group t.b']);
  });

  test('a window keeps being one when an outer query passes its column on', () => {
    expect(edges(lineage('select rn as r from (select row_number() over (order by a) as rn from t)'))).toEqual([
      'r window t.a',
    ]);
  });
});

describe('what is said of an edge', () => {
  test('direct until an expression changes the value', () => {
    const one = lineage('with q as (select a as p, b + 1 as e from t) select p, e, p * 2 as f from q');
    expect(one.columns.map((column) => column.edges[0]?.direct)).toEqual([true, false, false]);
  });

  test('the position of the name, in UTF-16 units, behind characters of any width', () => {
    const sql = "select '😀' as s,\n  t.b as x from t";
    const position = lineage(sql).columns[1]!.edges[0]!.position!;
    expect(sql.slice(position.start, position.end)).toBe('t.b');
    expect(position).toMatchObject({ line: 2, column: 3 });
  });

  test('through a star, the place where a column is first named, or else where the table is', () => {
    const sql = 'with q as (select * from t) select b from q';
    const position = lineage(sql).columns[0]!.edges[0]!.position!;
    expect(position.start).toBe(sql.indexOf('b from q'));
    expect(lineage('select * from t').columns[0]!.edges[0]!.position).toMatchObject({ start: 14 });
  });

  test('the hash is the same for every spelling of an expression, and another for another one', () => {
    const hash = (item: string): string | null =>
      lineage(`select ${item} as x from t`).columns[0]!.edges[0]!.expression;
    expect(hash('a + b')).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(hash('A  +  /* c */ b')).toBe(hash('a + b'));
    expect(hash('a - b')).not.toBe(hash('a + b'));
    expect(hash('"A" + b')).not.toBe(hash('"a" + b'));
  });
});

describe('confidence', () => {
  const of = (sql: string, schema: Schema, dialect: Dialect = 'duckdb'): number[] =>
    lineage(sql, schema, dialect).columns.map((column) => column.confidence);

  test('is 1 when every name is bound through a schema', () =>
    expect(of('select a, t.b from t', SCHEMA)).toEqual([1, 1]));
  test('is 0.9 for a qualified column of a table without schema', () =>
    expect(of('select t.a from t', {})).toEqual([0.9]));
  test('is 0.8 for an unqualified one that only one table can have', () => {
    expect(of('select a from t', {})).toEqual([0.8]);
    expect(of('select z from t join v on t.a = v.k', SCHEMA)).toEqual([0.8]);
  });
  test('is 0.5 when a scope further out surely has the name too', () => {
    expect(of('select (select max(z) from nowhere where b = 1) as m from t', SCHEMA)).toEqual([0.8]);
    const rows = lineage('select (select max(z) from nowhere where b = 1) as m from t', SCHEMA).rows;
    expect(rows.map((edge) => [sourceName(edge), edge.confidence])).toEqual([['nowhere.b', 0.5]]);
  });
  test('is 0.4 through a star that could not be expanded, 0.3 for the star', () => {
    expect(of('with q as (select * from nowhere) select a from q', {})).toEqual([0.4]);
    expect(of('select * from nowhere', {})).toEqual([0.3]);
  });
  test('is 0.3 for a name that several tables may have, and all of them are told', () => {
    const one = lineage('select z from v join w on true', {});
    expect(one.columns[0]!.edges.map(sourceName)).toEqual(['v.z', 'w.z']);
    expect(one.confidence).toBe(0.3);
    expect(one.notices).toMatchObject([{ code: 'ambiguous', position: { start: 7 } }]);
  });
  test('is 0.2 where a name cannot be resolved, which is said and not guessed', () => {
    const one = lineage('select nope, a from t', SCHEMA);
    expect(one.columns.map((column) => [column.edges.length, column.confidence])).toEqual([
      [0, 0.2],
      [1, 1],
    ]);
    expect(one.notices).toMatchObject([
      { code: 'unresolved', message: 'unresolved name nope', position: { start: 7 } },
    ]);
  });
  test('one table with two candidates in the schema is neither of them', () => {
    const one = lineage('select a from orders', { 'x.orders': ['a'], 'y.orders': ['a'] });
    expect(one.columns[0]!.edges.map(sourceName)).toEqual(['orders.a']);
    expect(one.notices[0]!.message).toBe('several tables are called orders');
  });
});

describe('scripts', () => {
  test('a table made by one statement is known to the next, a temporary one is seen through', () => {
    const sql =
      'create table made as select a as k, b from t; select k from made; create temp table gone as select a + b as s from t; select s from gone';
    const result = columnLineage(sql, SCHEMA, { dialect: 'duckdb' });
    if (!result.ok) throw new Error(result.error.message);
    expect(result.statements.map((one) => [one.target, edges(one)])).toEqual([
      ['made', ['b value t.b', 'k value t.a']],
      [null, ['k value made.k']],
      ['gone', ['s value t.a', 's value t.b']],
      [null, ['s value t.a', 's value t.b']],
    ]);
  });

  test('what a script makes does not stay in the catalog it was given', () => {
    const catalog = new Catalog(rulesOf('duckdb'), SCHEMA);
    columnLineage('create table t as select 1 as other', catalog, { dialect: 'duckdb' });
    const after = columnLineage('select * from t', catalog, { dialect: 'duckdb' });
    expect(after.ok && after.statements[0]!.columns.map((column) => column.name)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('statements without columns say nothing', () => {
    const result = columnLineage('use db; begin; drop table t; commit', {}, { dialect: 'snowflake' });
    expect(result.ok && result.statements.every((one) => one.columns.length + one.notices.length === 0)).toBe(true);
  });
});

describe('errors are values', () => {
  test('bad SQL, with the place', () => {
    expect(columnLineage('select a from\n where (', SCHEMA, { dialect: 'postgres' })).toMatchObject({
      ok: false,
      error: { code: 'parse', position: { line: 2 } },
    });
  });
  test('a construct whose columns cannot be told', () => {
    const sql =
      'select * from t match_recognize (partition by a order by b measures last(c) as d pattern (x+) define x as c > 1)';
    expect(columnLineage(sql, SCHEMA, { dialect: 'snowflake' })).toMatchObject({
      ok: false,
      error: { code: 'unsupported', message: 'MATCH_RECOGNIZE' },
    });
  });
  test('text and work over the limits', () => {
    expect(columnLineage('select a from t', SCHEMA, { dialect: 'duckdb', limits: { text: 10 } })).toMatchObject({
      error: { code: 'limit' },
    });
    expect(columnLineage('select a, b, c from t', SCHEMA, { dialect: 'duckdb', limits: { steps: 3 } })).toMatchObject({
      error: { code: 'limit' },
    });
  });
});
