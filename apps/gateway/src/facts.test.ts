import { describe, expect, test } from '@jest/globals';
import { eventTypes, type ProvenanceEvent, roles } from '@headgate/contracts';
import { permissionsOf } from '@headgate/kit';
import { factOf, permissionFor } from './facts.ts';

describe('who may hear of an event', () => {
  test.each([
    ['run.finished', 'run:read'],
    ['plan.decided', 'plan:read'],
    ['task.claimed', 'task:read'],
    ['snapshot.committed', 'graph:read'],
    ['token.created', 'token:read'],
    ['grant.changed', 'grant:read'],
    ['session.opened', 'audit:read'],
    ['access.denied', 'audit:read'],
    ['never.heard-of', 'audit:read'],
  ])('%s: whoever has %s', (type, permission) => expect(permissionFor(type)).toBe(permission));

  test('every type of event asks for a permission that some role has', () => {
    const granted = new Set(Object.keys(roles).flatMap((role) => [...permissionsOf(role)]));
    const unknown = eventTypes
      .map(({ type }) => permissionFor(type))
      .filter((permission) => !granted.has(permission) && !granted.has(permission.replace(/:.*/, ':*')));
    expect(unknown).toEqual([]);
  });
});

test('a fact has ids and nothing that somebody wrote', () => {
  const data = {
    ...{ run: 'r', plan: 'p', node: 'model.a', reason: 'secret words', stages: [{ command: ['x'] }], by: 'ada' },
    ...{ task: { not: 'an id' }, snapshot: 'x'.repeat(600) },
  };
  const event = { id: 'e', type: 'run.finished', time: 't', project: 'jaffle', environment: 'dev', data };
  expect(factOf({ ...event, actor: { kind: 'person', id: 'ada' } } as unknown as ProvenanceEvent)).toEqual({
    ...{ id: 'e', type: 'run.finished', time: 't', project: 'jaffle', environment: 'dev' },
    ...{ run: 'r', plan: 'p', node: 'model.a' },
  });
});
