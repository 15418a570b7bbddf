import { describe, expect, test } from '@jest/globals';
import { secondCases } from './cases.ts';
import { precision, recall, score } from './score.ts';

describe('the second corpus, written before the resolver', () => {
  const cases = secondCases();
  const result = score(cases);

  test('has at least 200 cases in six dialects, each with its own id', () => {
    expect(cases.length).toBeGreaterThanOrEqual(200);
    expect(new Set(cases.map((one) => one.dialect)).size).toBe(6);
    expect(new Set(cases.map((one) => one.id)).size).toBe(cases.length);
  });

  test('edges are right: precision at least 99.5 %, recall at least 99 %', () => {
    expect({
      faults: result.faults,
      good: precision(result.edges) >= 0.995 && recall(result.edges) >= 0.99,
    }).toMatchObject({ good: true });
  });

  test('predicates are right: precision and recall at least 98 %', () => {
    expect(precision(result.predicates)).toBeGreaterThanOrEqual(0.98);
    expect(recall(result.predicates)).toBeGreaterThanOrEqual(0.98);
  });

  test('an edge at confidence 1 is right in at least 99.9 %', () => {
    expect(precision(result.certain)).toBeGreaterThanOrEqual(0.999);
  });
});
