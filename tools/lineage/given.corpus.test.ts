import { describe, expect, test } from '@jest/globals';
import { columnLineage } from '../../libs/lineage/src/engine.ts';
import { givenCases } from './cases.ts';
import { compiledProjects } from './models.ts';
import { precision, recall, score } from './score.ts';

describe('the given lineage cases', () => {
  const result = score(givenCases());

  test('all are understood', () => {
    expect(result.failed).toBe(0);
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
});

// Models of these specimens hold SQL that no database reads: `bork bork fail`, and a WITH without a bracket.
const BROKEN = new Set(['openlineage-fail', 'openlineage-snowflake-run']);

test('every valid compiled model of the specimens is understood', () => {
  const failed = compiledProjects().flatMap((project) =>
    project.models.flatMap((model) => {
      const result = columnLineage(model.sql, project.catalog, { dialect: model.dialect });
      return result.ok || BROKEN.has(project.specimen)
        ? []
        : [`${project.specimen} ${model.id}: ${result.error.message}`];
    }),
  );
  expect(failed).toEqual([]);
}, 120_000);
