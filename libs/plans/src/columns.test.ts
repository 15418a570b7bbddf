import { expect, test } from '@jest/globals';
import { canonical } from '@headgate/contracts';
import { queryPrinter } from '@headgate/lineage/engine';
import { changed, planOver, print, runs, stateOf, text } from '../recorded/compiled.ts';
import { recording } from '../recorded/recorded.ts';
import {
  assumeBuilt,
  type EnvironmentState,
  type ExecutionPlan,
  fold,
  type PlanEntry,
  type Reason,
  regionOf,
  verifyPlan,
  type VerifyResult,
} from './index.ts';

const recorded = recording();
const base = changed(recorded, {});
const state = stateOf(base.manifest);

type Head = ReturnType<typeof changed>;
const entryOf = (plan: ExecutionPlan, id: string): PlanEntry =>
  plan.entries.find((entry) => entry.id === id || entry.id === `model.jaffle.${id}`) as PlanEntry;
const codes = (plan: ExecutionPlan, id: string): string[] => entryOf(plan, id).reasons.map((one: Reason) => one.code);

function verified(plan: ExecutionPlan, head: Head, over: EnvironmentState = state): VerifyResult {
  return verifyPlan({
    plan: Buffer.from(canonical(plan)),
    manifest: head.bytes,
    state: Buffer.from(canonical(over)),
    reader: queryPrinter,
  });
}

/** Plans a change, and has it verified on the way. */
function planned(changes: Parameters<typeof changed>[1], over: EnvironmentState = state): ExecutionPlan {
  const head = changed(recorded, changes);
  const plan = planOver(over, head);
  expect(verified(plan, head, over)).toMatchObject({ ok: true });
  if (over === state) sameByRegion(plan, head);
  return plan;
}

/** What was read only where something moves gives the same verdicts, for the same reasons. */
function sameByRegion(plan: ExecutionPlan, head: Head): void {
  const read = regionOf(base.manifest, head.manifest);
  const region = assumeBuilt(base.manifest, 'first', print, { read });
  const lean = planOver(region, head);
  const said = ({ entries }: ExecutionPlan): unknown =>
    entries.map(({ id, verdict, reasons }) => [id, verdict, reasons]);
  expect(said(lean)).toEqual(said(plan));
  expect(verified(lean, head, region)).toMatchObject({ ok: true });
  const left = Object.entries(region.nodes).filter(([id]) => !read.has(id));
  expect(
    left.every(([, { built }]) => !built?.query || built.query.result === null || built.query.rule === 'seed'),
  ).toBe(true);
}

const code = 'model.jaffle.';

type Node = Record<string, unknown>;
const set =
  (key: string, value: (node: Node) => unknown) =>
  (node: Node): void => {
    node[key] = value(node);
  };

test('nothing changed: everything is skipped, `select *` views included', () => {
  const plan = planned({});
  expect(plan.header.counts.run).toBe(0);
  expect(entryOf(plan, 'stg_events').evidence.query).toMatchObject({ rule: 'columns' });
  const region = regionOf(base.manifest, changed(recorded, {}).manifest);
  expect(region.size).toBe(0);
});

test('of a query that was not read, nobody says that it is the same', () => {
  const lean = assumeBuilt(base.manifest, 'first', print, { read: new Set() });
  const head = changed(recorded, { customers: text('with o as', '-- who buys\nwith o as') });
  const plan = planOver(lean, head);
  expect(runs(plan)).toEqual(['customer_segments', 'customers']);
  expect(entryOf(plan, 'orders').evidence.query).toMatchObject({ rule: 'not_read', result: null });
  expect(verified(plan, head, lean)).toMatchObject({ ok: true });
});

test('one column has another expression: only what reads that column runs', () => {
  const plan = planned({ customers: text('max(order_date) as latest_order', 'max(order_date) + 1 as latest_order') });
  expect(runs(plan)).toEqual(['customers']);
  const value = planned({ customers: text('sum(amount) as lifetime_value', 'sum(amount) * 2 as lifetime_value') });
  expect(runs(value)).toEqual(['customer_segments', 'customers']);
  expect(entryOf(value, 'customer_segments').reasons).toEqual([
    { code: 'upstream', id: `${code}customers`, why: 'runs', uses: ['lifetime_value'] },
  ]);
});

test('a column that nobody reads is dropped: nothing else runs', () => {
  expect(runs(planned({ customers: text('o.first_order, o.latest_order', 'o.first_order') }))).toEqual(['customers']);
});

test('a filter is added: everything downstream runs', () => {
  const plan = planned({ customers: text(/$/, ' where c.customer_id > 3') });
  expect(runs(plan)).toEqual(['customer_segments', 'customers']);
  expect(entryOf(plan, 'customer_segments').reasons[0]).toMatchObject({ uses: expect.arrayContaining(['#rows']) });
});

test('a column is added: nothing else runs but what reads `select *`', () => {
  const all = text(/[^]*/, 'select * from "jaffle"."main"."customers"');
  const more = text('select c.customer_id,', 'select c.customer_id, 1 as one,');
  expect(runs(planned({ customers: more }))).toEqual(['customers']);
  const star = changed(recorded, { customer_segments: all });
  const over = stateOf(star.manifest);
  expect(runs(planned({ customers: more, customer_segments: all }, over))).toEqual(['customer_segments', 'customers']);
});

test('a comment, another alias, another name of a CTE: nothing runs, and the plan says that the query is the same', () => {
  const plan = planned({
    customers: text('with o as', '-- who buys\nwith o as'),
    product_catalog: text(/select product_id/, 'select /* key */ product_id'),
  });
  expect(runs(plan)).toEqual([]);
  expect(entryOf(plan, 'customers').reasons).toEqual([{ code: 'same_query', parts: ['body'], assumed: [] }]);
});

test('a node whose inputs run, and which reads nothing that changed, says so', () => {
  const plan = planned({ customers: text('max(order_date) as latest_order', 'min(order_date) as latest_order') });
  expect(entryOf(plan, 'customer_segments')).toMatchObject({
    verdict: 'SKIP',
    reasons: [{ code: 'same_inputs', inputs: [`${code}customers`], assumed: [] }],
    evidence: { query: { uses: { [`${code}customers`]: ['#rows', 'customer_id', 'lifetime_value'] } } },
  });
});

test('what compiles to another query runs, though its code is the same: a variable, an environment', () => {
  const plan = planned({
    daily_revenue: set('compiled_code', (node) => String(node['compiled_code']).replace('>= 0', '>= 1')),
  });
  expect(entryOf(plan, 'daily_revenue').reasons).toEqual([{ code: 'changed', part: 'query' }]);
});

test('one commit compiled for another database is the same', () => {
  const moved = JSON.parse(
    JSON.stringify(base.manifest).replaceAll('\\"jaffle\\".\\"main\\"', '\\"prod\\".\\"marts\\"'),
  ) as object;
  const head = { ...base, manifest: moved as typeof base.manifest };
  expect(planOver(state, head).header.counts.run).toBe(0);
});

test('a view whose input runs is bound anew, and what reads it is not run for that', () => {
  const view = set('config', (node) => ({ ...(node['config'] as object), materialized: 'view' }));
  const over = stateOf(changed(recorded, { customers: view, customer_segments: view }).manifest);
  const plan = planned(
    { customers: (node) => (view(node), text('select c.', 'select 1 as one, c.')(node)), customer_segments: view },
    over,
  );
  expect(entryOf(plan, 'customer_segments').reasons).toEqual([
    { code: 'upstream', id: `${code}customers`, why: 'runs', rule: 'binding' },
  ]);
});

test('an incremental model runs whenever its input does: its old rows hold the old logic', () => {
  const plan = planned({ stg_events: text('select *', 'select *, 1 as one') });
  expect(entryOf(plan, 'events_incremental').reasons).toEqual([
    { code: 'upstream', id: `${code}stg_events`, why: 'runs', rule: 'incremental' },
  ]);
});

test('a snapshot runs when what it looks at changed, and not when it is the same', () => {
  const snapshot = 'snapshot.jaffle.orders_snapshot';
  expect(
    codes(planned({ stg_orders: text('select id as order_id', 'select /* key */ id as order_id') }), snapshot),
  ).toEqual(['same_inputs']);
  expect(codes(planned({ stg_orders: text('id as order_id', 'id + 0 as order_id') }), snapshot)).toEqual(['upstream']);
});

test('a test runs again when its column or the rows changed, and is not repeated for another column', () => {
  const plan = planned({ orders: text('o.status,', "o.status || '' as status,") });
  const tests = plan.entries.filter((entry) => entry.type === 'test' && entry.verdict === 'RUN').map(({ id }) => id);
  expect(tests.map((id) => id.replace(/^test\.jaffle\.([a-z_]+?)_(orders|customers).*/, '$1'))).toEqual([
    'accepted_values',
  ]);
});

test.each([
  ['a hook', 'hooks', set('config', (node) => ({ ...(node['config'] as object), 'post-hook': [{ sql: 'select 1' }] }))],
  ['Python', 'python', set('language', () => 'python')],
  [
    'code that asks the warehouse while it compiles',
    'introspective',
    set('raw_code', (node) => `${String(node['raw_code'])}{% set x = run_query('select 1') %}`),
  ],
  [
    'an input that only a comment names',
    'hidden_input',
    set('compiled_code', () => '-- "jaffle"."main"."customers"\nselect 1 as customer_id'),
  ],
  ['a function that nobody knows', 'unknown_function', text('select customer_id', 'select mystery(1), customer_id')],
  ['SQL that cannot be read', 'unparsed', set('compiled_code', () => 'select from where "jaffle"."main"."customers"')],
  ['a relation outside the project', 'unknown_relation', text(/$/, ' join elsewhere.t on true')],
] as const)('under %s, a node runs whenever an input does (%s)', (_, rule, change) => {
  const over = stateOf(changed(recorded, { customer_segments: change }).manifest);
  const plan = planned({ customer_segments: change, customers: text('max(order_date)', 'min(order_date)') }, over);
  expect(entryOf(plan, 'customer_segments').reasons).toEqual([
    { code: 'upstream', id: `${code}customers`, why: 'runs', rule },
  ]);
  expect(planOver(over, changed(recorded, { customer_segments: change })).header.counts.run).toBe(0);
});

test.each([
  ['random()', 'select customer_id, random() as r'],
  ['now()', 'select customer_id, now() as at'],
  ['row_number() among ties', 'select customer_id, row_number() over (order by lifetime_value) as n'],
  ['LIMIT', null],
])('what is not the same twice is not spared when an input runs: %s', (_, list) => {
  const change = list === null ? text(/$/, ' order by 1 limit 3') : text('select customer_id', list);
  const over = stateOf(changed(recorded, { customer_segments: change }).manifest);
  const plan = planned({ customer_segments: change, customers: text('max(order_date)', 'min(order_date)') }, over);
  expect(entryOf(plan, 'customer_segments').verdict).toBe('RUN');
  expect(runs(planned({ customer_segments: change }, over))).toEqual([]);
});

test('after a run that spared a node, the next plan spares it still; the wave does not come back', () => {
  const edit = { customers: text('max(order_date) as latest_order', 'min(order_date) as latest_order') };
  const head = changed(recorded, edit);
  const plan = planOver(state, head);
  const ran = plan.entries
    .filter((entry) => entry.verdict === 'RUN')
    .map(({ id }) => ({ id, status: 'success', finishedAt: null, relation: null }));
  const after = fold(state, { run: 'second', attempt: 1, manifest: head.manifest, results: ran, print });
  expect(runs(planned(edit, after))).toEqual([]);
  const back = planned({}, after);
  expect(runs(back)).toEqual(['customers']);
  const late = fold(state, {
    run: 'second',
    attempt: 1,
    manifest: changed(recorded, { customers: text('sum(amount)', 'max(amount)') }).manifest,
    results: [{ id: `${code}customers`, status: 'success', finishedAt: null, relation: null }],
    print,
  });
  expect(runs(planned({ customers: text('sum(amount)', 'max(amount)') }, late))).toEqual(['customer_segments']);
});

test('a node that runs for another reason than its code moves all that reads it: nobody knows what it held', () => {
  const failed = fold(state, {
    run: 'b',
    attempt: 1,
    manifest: base.manifest,
    results: [{ id: `${code}customers`, status: 'error', finishedAt: null, relation: null }],
    print,
  });
  expect(runs(planned({}, failed))).toEqual(['customer_segments', 'customers']);
});

test('without a reader of SQL, a plan that rests on SQL is not judged; forged evidence of a query is refused', () => {
  const head = changed(recorded, { customers: text('max(order_date)', 'min(order_date)') });
  const plan = planOver(state, head);
  const bytes = { manifest: head.bytes, state: Buffer.from(canonical(state)) };
  expect(verifyPlan({ ...bytes, plan: Buffer.from(canonical(plan)) })).toMatchObject({ ok: false, code: 'rules' });
  const forged = JSON.parse(canonical(plan).replace('"lifetime_value"', '"first_name"')) as object;
  expect(verifyPlan({ ...bytes, plan: Buffer.from(canonical(forged)), reader: queryPrinter })).toMatchObject({
    ok: false,
  });
});
