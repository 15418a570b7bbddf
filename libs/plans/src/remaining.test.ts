import { expect, test } from '@jest/globals';
import { recording, type RecordedEdit } from '../recorded/recorded.ts';
import { buildPlan, emptyState, type ExecutionPlan, remaining } from './index.ts';

const recorded = recording();
const snapshot = `sha256:${'0'.repeat(64)}`;
const { manifest, manifestId } = recorded;
const plan = buildPlan({ manifest, manifestId, snapshot, state: emptyState });
const all = plan.stages.flatMap(({ nodes }) => nodes);

const left = (built: Parameters<typeof remaining>[2], of: ExecutionPlan = plan) =>
  remaining(of, manifest, built).stages.flatMap(({ nodes }) => nodes);
const by = (run: string, nodes: readonly string[], of = plan) => ({ run, plan: of, nodes });

test('what nothing was built of is left whole, what everything was built of is done', () => {
  expect(left([])).toEqual(all);
  expect(remaining(plan, manifest, [by('r', all)])).toEqual({
    stages: [],
    reused: [{ run: 'r', nodes: [...all].sort() }],
  });
});

test('what stands is not built again, as long as nothing that it reads is', () => {
  expect(
    left([
      by(
        'r',
        all.filter((id) => id !== 'model.jaffle.customers'),
      ),
    ]),
  ).toContain('model.jaffle.customers');
  // Its staging model is not known to stand: what was built on it may have been built on another one.
  const torn = left([
    by(
      'r',
      all.filter((id) => id !== 'model.jaffle.stg_orders'),
    ),
  ]);
  expect(torn).toEqual(expect.arrayContaining(['model.jaffle.stg_orders', 'model.jaffle.orders']));
  expect(torn).not.toContain('seed.jaffle.raw_orders');
});

test('a change passes through ephemeral models, which are not built themselves', () => {
  const torn = left([
    by(
      'r',
      all.filter((id) => id !== 'model.jaffle.stg_payments'),
    ),
  ]);
  expect(manifest.nodes['model.jaffle.int_order_payments']?.config?.['materialized']).toBe('ephemeral');
  expect(torn).toContain('model.jaffle.orders');
});

test('what is left keeps every node that does not stand, whatever stands (all single nodes)', () => {
  for (const id of all)
    expect(
      left([
        by(
          'r',
          all.filter((other) => other !== id),
        ),
      ]),
    ).toContain(id);
});

test('of another plan only what has the same fingerprint stands', () => {
  const edit = recorded.edits.find(({ name }) => name === 'a filter in the middle') as RecordedEdit;
  const other = buildPlan({ manifest: edit.manifest, manifestId: edit.manifestId, snapshot, state: emptyState });
  const moved = all.filter((id) => {
    const [ours, theirs] = [plan, other].map(({ entries }) => entries.find((entry) => entry.id === id));
    return ours?.evidence.fingerprint !== theirs?.evidence.fingerprint;
  });
  expect(moved.length).toBeGreaterThan(1);
  expect(moved.length).toBeLessThan(all.length);
  expect(left([by('r', all, other)])).toEqual(moved);
});

test('who asks for a full refresh gets one, also when another run has just built the same', () => {
  const refresh = buildPlan({ manifest, manifestId, snapshot, state: emptyState, fullRefresh: true });
  const seeds = all.filter((id) => id.startsWith('seed.'));
  expect(left([by('r', all, plan)], refresh)).toEqual(expect.arrayContaining(seeds));
});
