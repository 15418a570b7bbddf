import { describe, expect, test } from '@jest/globals';
import type { Dialect } from './dialect.ts';
import { columnLineage } from './lineage.ts';
import { sourceName } from './report.ts';

const SCHEMA = { t: ['a', 'b', 'items', 'amount_net', 'amount_gross'], u: ['a', 'k'] };

function lineage(dialect: Dialect, sql: string) {
  const result = columnLineage(sql, SCHEMA, { dialect });
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  const one = result.statements[0]!;
  return {
    columns: one.columns.map((column) => `${column.name} <- ${column.edges.map(sourceName).sort().join(' ')}`),
    rows: one.rows,
    position: one.columns[0]!.edges[0]?.position,
  };
}

describe('SQL that the parser does not read but the database does', () => {
  test.each(['first', 'last', 'proc'])('a table called %s by its alias', (alias) => {
    const sql = `select ${alias}.a, t.b from t left join u ${alias} on ${alias}.k = t.a`;
    expect(lineage('snowflake', sql).columns).toEqual(['a <- u.a', 'b <- t.b']);
  });

  test('a path behind an index', () => {
    const { columns } = lineage('snowflake', 'select t.a from t join u on t.items[0]:buyer.id::int = u.a');
    expect(columns).toEqual(['a <- t.a']);
  });

  test('FROM before SELECT behind AS', () => {
    expect(lineage('duckdb', 'create table x as from t select a, b + 1 as c').columns).toEqual([
      'a <- t.a',
      'c <- t.b',
    ]);
  });

  test('time travel to an expression', () => {
    expect(
      lineage(
        'bigquery',
        'select a from t for system_time as of timestamp_sub(current_timestamp(), interval 1 hour) where b > 1',
      ).columns,
    ).toEqual(['a <- t.a']);
  });

  test('time travel that breaks off is an error, not a bug', () => {
    expect(columnLineage('select a from t at u for system_time as', SCHEMA, { dialect: 'bigquery' }).ok).toBe(false);
  });

  test('star ILIKE keeps the columns that match, in any case', () => {
    expect(lineage('snowflake', "select * ilike 'AMOUNT%' from t").columns).toEqual([
      'amount_net <- t.amount_net',
      'amount_gross <- t.amount_gross',
    ]);
  });

  test('positions are those of the SQL as given', () => {
    const sql = "select t.a, last.k from t join (select k from u where k <> 'x') last on true";
    const { position } = lineage('postgres', `/* 😀 */ ${sql}`);
    expect(`/* 😀 */ ${sql}`.slice(position!.start, position!.end)).toBe('t.a');
  });

  test('what nothing repairs is an error with the first place', () => {
    expect(columnLineage('select a from t bork bork', SCHEMA, { dialect: 'duckdb' })).toMatchObject({
      ok: false,
      error: { code: 'parse' },
    });
  });
});

describe('pipe syntax', () => {
  const columns = (sql: string): string[] => lineage('bigquery', sql).columns;

  test('a chain of operators', () => {
    expect(
      columns('from t |> where a > 1 |> extend a + b as c |> drop items, amount_net, amount_gross |> rename b as d'),
    ).toEqual(['a <- t.a', 'd <- t.b', 'c <- t.a t.b']);
    expect(columns('from t |> set a = a + b |> select a')).toEqual(['a <- t.a t.b']);
  });

  test('grouping columns come before aggregates', () => {
    expect(columns('from t |> aggregate sum(b) as s, count(*) as n group by a')).toEqual([
      'a <- t.a',
      's <- t.b',
      'n <- ',
    ]);
    expect(columns('from t |> aggregate max(b) as m')).toEqual(['m <- t.b']);
  });

  test('aliases stay in sight through WHERE and JOIN', () => {
    expect(
      columns('from t as x |> where x.a > 1 |> join u as y on y.k = x.b |> where y.a > 2 |> select x.a, y.k'),
    ).toEqual(['a <- t.a', 'k <- u.k']);
    expect(columns('from t |> extend a + 1 as n |> where t.b > 1 |> select n')).toEqual(['n <- t.a']);
  });

  test('behind WITH, in a subquery, and behind an ordinary SELECT', () => {
    expect(columns('with q as (from t |> select a) from q |> select a as z')).toEqual(['z <- t.a']);
    expect(columns('select s.a from (from t |> where b > 1 |> select a) s')).toEqual(['a <- t.a']);
    expect(columns('(select a, b from t) |> where b > 1 |> union all (select a, k from u)')).toEqual([
      'a <- t.a u.a',
      'b <- t.b u.k',
    ]);
  });

  test('an operator that plain SQL has no words for is refused by name', () => {
    expect(columnLineage('from t |> call f(1)', SCHEMA, { dialect: 'bigquery' })).toMatchObject({
      ok: false,
      error: { code: 'unsupported', message: 'pipe operator CALL' },
    });
  });
});

describe('SQL deeper than the parser goes', () => {
  test.each([20, 100])('%i nested subqueries', (depth) => {
    let sql = 'select a, b from t';
    for (let i = 0; i < depth; i++) sql = `select x.a, x.b from (${sql}) x where x.b > ${i}`;
    const { columns, rows } = lineage('duckdb', sql);
    expect(columns).toEqual(['a <- t.a', 'b <- t.b']);
    expect(rows.map(sourceName)).toEqual(['t.b']);
  });

  test('nested calls, CASE and correlated subqueries', () => {
    expect(lineage('duckdb', `select ${'coalesce(b, '.repeat(90)}a${')'.repeat(90)} as x from t`).columns).toEqual([
      'x <- t.a t.b',
    ]);
    expect(
      lineage('duckdb', `select ${'case when b > 1 then 0 else '.repeat(60)}a${' end'.repeat(60)} as x from t`).columns,
    ).toEqual(['x <- t.a t.b']);
    const deep = `${'(select max(('.repeat(14)}u.k + t.b${')) from u)'.repeat(14)}`;
    expect(lineage('duckdb', `select ${deep} as x from t`).columns).toEqual(['x <- t.b u.k']);
  });
});
