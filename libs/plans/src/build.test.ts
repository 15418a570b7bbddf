import { expect, test } from '@jest/globals';
import { recording, type RecordedEdit } from '../recorded/recorded.ts';
import { buildPlan, emptyState, type EnvironmentState, type ExecutionPlan, fold } from './index.ts';

const recorded = recording();
const snapshot = `sha256:${'0'.repeat(64)}`;

function planOf(
  edit: Pick<RecordedEdit, 'manifest' | 'manifestId'>,
  state: EnvironmentState = recorded.state,
): ExecutionPlan {
  return buildPlan({ manifest: edit.manifest, manifestId: edit.manifestId, snapshot, state });
}

const runs = (plan: ExecutionPlan): string[] =>
  plan.entries.filter((entry) => entry.verdict === 'RUN').map((entry) => entry.id);
const edit = (name: string): RecordedEdit => recorded.edits.find((one) => one.name === name) as RecordedEdit;
const entryOf = (plan: ExecutionPlan, id: string) => plan.entries.find((entry) => entry.id === id);

/** dbt sees nothing of it, as no node names what dbt is built with. */
const overriding = 'a macro of the project that overrides one of dbt';

test.each(recorded.edits.filter(({ name }) => name !== overriding))(
  'after an edit, the plan runs what dbt selects by state:modified+: $name',
  (one) => {
    const plan = planOf(one);
    const verdicts = new Set(plan.entries.map((entry) => entry.id));
    expect(runs(plan)).toEqual(one.ids.filter((id) => verdicts.has(id)));
  },
);

test('a macro that decides where relations stand runs everything, where dbt selects nothing', () => {
  const one = edit(overriding);
  const plan = planOf(one);
  expect(one.ids).toEqual([]);
  expect(plan.entries.filter(({ type, verdict }) => !type.endsWith('test') && verdict !== 'RUN')).toEqual([]);
  expect(entryOf(plan, 'model.jaffle.stg_orders')?.reasons).toEqual([
    { code: 'changed', part: 'machinery', macros: ['macro.jaffle.generate_schema_name'] },
    { code: 'upstream', id: 'seed.jaffle.raw_orders', why: 'runs' },
  ]);
});

test('everything that dbt builds or checks has a verdict, and nothing else has', () => {
  const types = new Set(planOf(recorded).entries.map((entry) => entry.type));
  expect([...types].sort()).toEqual(['model', 'seed', 'snapshot', 'test', 'unit_test']);
  expect(entryOf(planOf(recorded), 'model.jaffle.int_order_payments')).toBeUndefined();
});

test('an environment that never built anything runs everything, and says so', () => {
  const plan = planOf(recorded, emptyState);
  expect(plan.header.counts).toEqual({ run: plan.entries.length, skip: 0, partial: 0 });
  expect(plan.entries.every((entry) => entry.reasons[0]?.code === 'never_built')).toBe(true);
});

test('the same manifest over the state of its own build is all SKIP', () => {
  expect(planOf(recorded).header.counts.run).toBe(0);
  expect(planOf(recorded).stages).toEqual([]);
});

test('a plan is a function of what it was made from: equal requests, equal bytes', () => {
  const one = edit('a filter in the middle');
  expect(JSON.stringify(planOf(one))).toBe(JSON.stringify(planOf(one)));
});

test('a change carries its cause through an ephemeral model', () => {
  const entry = entryOf(planOf(edit('an ephemeral model')), 'model.jaffle.customers');
  expect(entry?.cause).toEqual(['model.jaffle.int_order_payments', 'model.jaffle.orders', 'model.jaffle.customers']);
});

test('a changed macro is named', () => {
  const entry = entryOf(planOf(edit('a macro of many')), 'model.jaffle.stg_payments');
  expect(entry?.reasons).toEqual([{ code: 'changed', part: 'macros', macros: ['macro.jaffle.cents_to_units'] }]);
});

test('sources whose data nobody looked at are listed as assumed', () => {
  expect(planOf(recorded).header.data.assumed).toEqual([
    { id: 'snapshot.jaffle.orders_snapshot', what: 'snapshot_input' },
    { id: 'source.jaffle.ops.events', what: 'source' },
  ]);
});

test('when data is to be checked and nobody knows its version, its readers run', () => {
  const plan = buildPlan({ ...recorded, snapshot, data: 'check' });
  expect(entryOf(plan, 'model.jaffle.stg_events')?.reasons).toEqual([
    { code: 'data_unknown', id: 'source.jaffle.ops.events' },
  ]);
  expect(entryOf(plan, 'snapshot.jaffle.orders_snapshot')?.verdict).toBe('RUN');
  expect(entryOf(plan, 'model.jaffle.stg_orders')?.verdict).toBe('SKIP');
});

const outcome = (manifest: RecordedEdit['manifest'], statuses: Record<string, string>) => ({
  run: 'second',
  attempt: 1,
  manifest,
  results: Object.entries(statuses).map(([id, status]) => ({ id, status, finishedAt: null, relation: null })),
});

test('a node that failed or was skipped runs again, a node that succeeded in the same run does not', () => {
  const one = edit('a filter in the middle');
  const state = fold(
    recorded.state,
    outcome(one.manifest, {
      'model.jaffle.orders': 'success',
      'model.jaffle.customers': 'error',
      'model.jaffle.customer_segments': 'skipped',
    }),
  );
  const plan = planOf(one, state);
  expect(entryOf(plan, 'model.jaffle.orders')?.cause).toEqual([]);
  expect(entryOf(plan, 'model.jaffle.customers')?.reasons[0]).toEqual({ code: 'last_failed', status: 'error' });
  expect(entryOf(plan, 'model.jaffle.customer_segments')?.reasons[0]).toEqual({
    code: 'last_skipped',
    status: 'skipped',
  });
});

test('a node built over an input that had not run yet runs again once the input has', () => {
  const one = edit('a filter in the middle');
  const early = fold(recorded.state, outcome(one.manifest, { 'model.jaffle.customers': 'success' }));
  const late = fold(early, outcome(one.manifest, { 'model.jaffle.orders': 'success' }));
  const entry = entryOf(planOf(one, late), 'model.jaffle.customers');
  expect(entry?.reasons).toEqual([{ code: 'upstream', id: 'model.jaffle.orders', why: 'changed' }]);
});

test('a status that nobody knows does not count as success', () => {
  const state = fold(recorded.state, outcome(recorded.manifest, { 'model.jaffle.orders': 'reused' }));
  expect(entryOf(planOf(recorded, state), 'model.jaffle.orders')?.verdict).toBe('RUN');
});

test('a node that left the project is forgotten, and runs when it comes back', () => {
  const gone = edit('a model deleted');
  const state = fold(recorded.state, outcome(gone.manifest, {}));
  expect(entryOf(planOf(recorded, state), 'model.jaffle.product_catalog')?.reasons).toEqual([{ code: 'never_built' }]);
});

test('a full refresh runs seeds and incremental models, and what reads them', () => {
  const plan = buildPlan({ ...recorded, snapshot, fullRefresh: true });
  expect(entryOf(plan, 'seed.jaffle.raw_orders')?.reasons).toEqual([{ code: 'full_refresh' }]);
  expect(entryOf(plan, 'model.jaffle.events_incremental')?.verdict).toBe('RUN');
  expect(entryOf(plan, 'model.jaffle.stg_events')?.verdict).toBe('SKIP');
});
