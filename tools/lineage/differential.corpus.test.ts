import { describe, expect, test } from '@jest/globals';
import { columnLineage } from '../../libs/lineage/src/engine.ts';
import { reasonFor } from './argued.ts';
import { askSqlglot, compare, modelCases, tpcCases, type OracleCase } from './differential.ts';
import { acrossDialects } from './transpiled.ts';
import { executed } from './executed.ts';

function differences(cases: readonly OracleCase[]) {
  const answers = new Map(askSqlglot(cases).map((answer) => [answer.id, answer]));
  return cases.map((one) => compare(one, answers.get(one.id)!));
}

describe('beside sqlglot', () => {
  test('TPC-DS and TPC-H: 121 of 121 queries have equal edges, and as many columns as the database gives', () => {
    const cases = tpcCases();
    const results = differences(cases);
    expect(results.filter((one) => one.error === undefined && one.own.length + one.theirs.length === 0).length).toBe(
      121,
    );
    expect(cases.length).toBe(121);
    const columns = cases.map((one) => {
      const answer = columnLineage(one.sql, one.schema, { dialect: one.dialect, detail: false });
      return answer.ok ? answer.statements[0]!.columns.length : 0;
    });
    expect(columns).toEqual(cases.map((one) => one.columns!.length));
  }, 300_000);

  test('TPC gives the same edges in all six dialects', () => {
    const results = acrossDialects(tpcCases());
    expect(results.map(({ dialect, different }) => [dialect, different])).toEqual(
      results.map(({ dialect }) => [dialect, []]),
    );
    expect(results.reduce((sum, { queries }) => sum + queries, 0)).toBeGreaterThan(500);
  }, 300_000);

  test('real compiled models: every difference at confidence 1 is argued', () => {
    const results = differences(modelCases());
    const certain = results.filter((one) => one.confidence === 1 && one.error === undefined);
    const unargued = certain.filter((one) => one.own.length + one.theirs.length > 0 && reasonFor(one.id) === null);
    expect(unargued).toEqual([]);
    expect(certain.length).toBeGreaterThan(700);
  }, 600_000);
});

describe('executed on DuckDB', () => {
  test('whatever moves with a source column has an edge or bears on the rows (300 queries, seed 1)', () => {
    const result = executed(310, 1);
    expect(result.failed).toEqual([]);
    expect(result.missed).toEqual([]);
    expect(result.queries).toBeGreaterThanOrEqual(290);
    expect(result.moved).toBeGreaterThan(1_000);
  }, 900_000);
});
