// Builds plans with a copy of the builder and lets `verify` judge them: node … mutated.ts FOLDER [all]. Prints a JSON line.
// Without `all` it stops at the first plan that is refused.
import { pathToFileURL } from 'node:url';
import { canonical } from '@headgate/contracts';
import {
  assumeBuilt,
  emptyState,
  type EnvironmentState,
  type ExecutionPlan,
  fold,
  type PlanRequest,
  verifyPlan,
} from '@headgate/plans';
import { queryPrinter } from '@headgate/lineage/engine';
import { changed, print, stateOf, text } from '../../libs/plans/recorded/compiled.ts';
import { projectOf } from '../../libs/plans/recorded/project.ts';
import { recording } from '../../libs/plans/recorded/recorded.ts';

const [folder = '', all] = process.argv.slice(2);
const { buildPlan } = (await import(pathToFileURL(`${folder}/build.ts`).href)) as {
  buildPlan: (request: PlanRequest) => ExecutionPlan;
};
const recorded = recording();
const snapshot = `sha256:${'0'.repeat(64)}`;
const bytes = (value: unknown): Uint8Array => Buffer.from(canonical(value));

/** States in which an environment can be: empty, just built, half built after a failure, and over an older input. */
function states(manifest: PlanRequest['manifest']): EnvironmentState[] {
  const after = (from: EnvironmentState, run: string, statuses: Record<string, string>): EnvironmentState =>
    fold(from, {
      run,
      attempt: 1,
      manifest,
      results: Object.entries(statuses).map(([id, status]) => ({ id, status, finishedAt: null, relation: null })),
    });
  const failed = after(recorded.state, 'b', { 'model.jaffle.orders': 'success', 'model.jaffle.customers': 'error' });
  const stale = after(after(recorded.state, 'c', { 'model.jaffle.customers': 'success' }), 'd', {
    'model.jaffle.orders': 'success',
  });
  return [emptyState, recorded.state, failed, stale];
}

let plans = 0;
let refused = 0;
// The same project with its SQL read: a column, a filter, an input of an incremental model, what is never the same.
const column = { customers: text('sum(amount) as lifetime_value', 'max(amount) as lifetime_value') };
const chance = { customer_segments: text('select customer_id', 'select customer_id, random() as r') };
const view = {
  customer_segments: (node: Record<string, unknown>) =>
    void (node['config'] = { ...(node['config'] as object), materialized: 'view' }),
};
const dates = { customers: text('max(order_date)', 'min(order_date)') };
const compiled = [
  [{}, column],
  [{}, { customers: text(/$/, ' where c.customer_id > 3') }],
  [
    {},
    { stg_events: text('select *', 'select *, 1 as one'), stg_orders: text('id as order_id', 'id + 0 as order_id') },
  ],
  [chance, { ...chance, ...dates }],
  [view, { ...view, ...dates }],
] as const;
// A project that makes its tables in a way of its own.
const own = { macros: { 'jaffle.create_table_as': '{{ none }}' } };
const moved = { nodes: { stg_orders: text('id as order_id', 'id + 0 as order_id') } };
const pairs = [
  ...compiled.map(([before, after]) => [changed(recorded, before), changed(recorded, after)] as const),
  [projectOf(recorded, own), projectOf(recorded, { ...own, ...moved })] as const,
];
for (const [before, head] of pairs) {
  if (refused > 0 && !all) break;
  const state = stateOf(before.manifest);
  const plan = buildPlan({ ...head, snapshot, state, print });
  plans++;
  const files = { plan: bytes(plan), manifest: head.bytes, state: bytes(state) };
  if (!verifyPlan({ ...files, reader: queryPrinter }).ok) refused++;
}
// Data that was looked at: a source that has moved on since, and an input that was rebuilt over it alone.
const source = 'source.jaffle.ops.events';
const { bytes: same, ...whole } = changed(recorded, {});
const built = assumeBuilt(whole.manifest, 'a', print, { data: { [source]: '1' } });
const results = [{ id: 'model.jaffle.stg_events', status: 'success', finishedAt: null, relation: null }];
const again = fold(built, { run: 'b', attempt: 1, manifest: whole.manifest, print, data: { [source]: '2' }, results });
for (const state of [built, again]) {
  if (refused > 0 && !all) break;
  const plan = buildPlan({ ...whole, snapshot, state, print, data: 'check', versions: { [source]: '2' } });
  plans++;
  if (!verifyPlan({ plan: bytes(plan), manifest: same, state: bytes(state), reader: queryPrinter }).ok) refused++;
}
for (const edit of recorded.edits) {
  if (refused > 0 && !all) break;
  for (const state of states(edit.manifest)) {
    const plan = buildPlan({ manifest: edit.manifest, manifestId: edit.manifestId, snapshot, state });
    plans++;
    if (!verifyPlan({ plan: bytes(plan), manifest: edit.bytes, state: bytes(state) }).ok) refused++;
  }
}
process.stdout.write(`${JSON.stringify({ plans, refused })}\n`);
