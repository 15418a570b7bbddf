import { describe, expect, test } from '@jest/globals';
import { columnLineage } from './lineage.ts';
import { sourceName } from './report.ts';

const SCHEMA = { t: ['a', 'b'], v: ['c', 'd'], w: ['e'] };

function sources(sql: string): string[][] {
  const result = columnLineage(sql, SCHEMA, { dialect: 'postgres' });
  if (!result.ok) throw new Error(result.error.message);
  return result.statements[0]!.columns.map((column) => column.edges.map(sourceName));
}

// The parser takes a set operation behind a bracketed last operand for part of that operand.
describe('a set operation behind a subquery', () => {
  test.each([
    ['a comparison', 'select a from t where a > (select 1) union all select c from v'],
    ['a condition before it', 'select a from t where b = 1 and a > (select 1) union all select c from v'],
    ['HAVING', 'select a from t group by a having max(b) > (select 1) union all select c from v'],
    ['ON', 'select t.a from t join w on t.a = (select max(e) from w) union all select c from v'],
    ['BETWEEN', 'select a from t where a between 1 and (select 2) union all select c from v'],
    ['NOT', 'select a from t where not (select true) union select c from v'],
    ['LIKE', 'select a from t where a like (select 1) union select c from v'],
    ['a minus sign', 'select a from t where a > -(select 1) union all select c from v'],
    ['IS DISTINCT FROM', 'select a from t where a is distinct from (select 1) union all select c from v'],
    ['LIMIT', 'select a from t limit (select 1) union all select c from v'],
    ['ORDER BY', 'select a from t order by (select 1) union all select c from v'],
    [
      'a CTE in the subquery',
      'select a from t where a > (with q as (select 1) select * from q) union all select c from v',
    ],
    ['IN, which the parser reads right', 'select a from t where a in (select 1) union all select c from v'],
    ['a derived table around', 'select x.a from (select a from t where b > (select 1) union all select c from v) x'],
    ['a CTE around', 'with q as (select a from t where b > (select 1) union all select c from v) select * from q'],
  ])('%s: both branches count', (_, sql) => {
    expect(sources(sql)).toEqual([['t.a', 'v.c']]);
  });

  test('a chain keeps its order, and WITH belongs to all of it', () => {
    expect(
      sources(
        'with q as (select e from w) select a from t where a > (select 1) union all select c from v union select e from q',
      ),
    ).toEqual([['t.a', 'v.c', 'w.e']]);
  });

  test('without FROM', () => {
    expect(sources('select (select a from t) union all select c from v')).toEqual([['t.a', 'v.c']]);
  });

  test('inside brackets it stays where it is', () => {
    expect(sources('select a from t where a in ((select c from v) union (select e from w))')).toEqual([['t.a']]);
  });
});
