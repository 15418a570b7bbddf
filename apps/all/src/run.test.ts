import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ExecutionPlan } from '@headgate/plans';
import {
  type NodeOutcome,
  type NodeRun,
  type Plan,
  type PlansEntryOutput,
  type Run,
  type RunLine,
  type RunNode,
  type ScheduleFire,
  sha256,
  type Snapshot,
} from '@headgate/contracts';
import { dispatcher } from '@headgate/dispatcher';
import { gateway } from '@headgate/gateway';
import { graphRead } from '@headgate/graph-read';
import { identity } from '@headgate/identity';
import { ingestion } from '@headgate/ingestion';
import { planner } from '@headgate/planner';
import { runner } from '@headgate/runner';
import { EventTab, startStack, type Stack } from '@headgate/testing';
import { pack } from 'tar-stream';

jest.setTimeout(180_000);
const place = '/api/v1/projects/jaffle/environments/dev';
const bundled = fileURLToPath(new URL('../../../tools/start/project/jaffle', import.meta.url));

let stack: Stack;
beforeAll(async () => {
  stack = await startStack([identity, ingestion, graphRead, planner, dispatcher, runner, gateway]);
  await post('/api/v1/projects', { project: 'jaffle' });
  await post('/api/v1/projects/jaffle/environments', { environment: 'dev' });
});
afterAll(() => stack?.stop());

const http = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
  (await stack.http<T>(method, path, body)).body;
const get = <T>(path: string) => http<T>('GET', path);
const post = <T>(path: string, body: object = {}) => http<T>('POST', path, body);

function files(folder: string, below = ''): [string, string][] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const name = join(below, entry.name);
    return entry.isDirectory() ? files(folder, name) : [[name, readFileSync(join(folder, name), 'utf8')]];
  });
}

/** Uploads the bundled project, with some files replaced, and waits until dbt has parsed it. */
async function ingest(edits: Record<string, (text: string) => string> = {}): Promise<Run> {
  const tar = pack();
  for (const [name, text] of files(bundled)) tar.entry({ name, mtime: new Date(0) }, edits[name]?.(text) ?? text);
  tar.finalize();
  const bytes = await new Response(tar as unknown as ReadableStream).arrayBuffer();
  const blob = sha256(Buffer.from(bytes));
  await http('PUT', `/api/v1/blobs/${blob}`, bytes);
  const revision = await post<{ run: string; revision: string }>(`${place}/revisions`, { blob });
  const run = await ended(revision.run);
  // The graph follows the run by an event.
  while (
    run.status === 'succeeded' &&
    (await get<Snapshot>(`${place}/snapshots/latest`)).revision !== revision.revision
  );
  return run;
}

async function ended(id: string): Promise<Run> {
  for (;;) {
    const run = await get<Run>(`/api/v1/runs/${id}?wait=20`);
    if (run.finishedAt) return run;
  }
}

async function planAfter(state?: string): Promise<Plan> {
  for (;;) {
    const plan = await post<Plan>(`${place}/plans`);
    if (plan.state !== state) return plan;
  }
}

async function confirmed(plan: Plan): Promise<Run> {
  await post(`/api/v1/plans/${plan.id}/confirm`);
  for (;;) {
    const { run } = await get<{ run?: Run }>(`/api/v1/plans/${plan.id}/run`);
    if (run) return ended(run.id);
  }
}

const runsOf = async (plan: Plan) => {
  const document = await get<ExecutionPlan>(`/api/v1/plans/${plan.id}/document`);
  return document.entries.filter(({ verdict }) => verdict === 'RUN').map(({ id }) => id);
};

test('a project is parsed, planned, run and then found unchanged; an edit runs what it reaches; live lines are all there', async () => {
  expect(stack.drift).toEqual([]);
  expect(await ingest()).toMatchObject({ status: 'succeeded', kind: 'parse', artifacts: [{ name: 'manifest.json' }] });
  const landed = await post<Run>(`${place}/operations`, { macro: 'land_events' });
  expect(await ended(landed.id)).toMatchObject({ status: 'succeeded', kind: 'operation' });

  const bearer = { authorization: `Bearer ${stack.host.bootstrap.token}` };
  const tab = await new EventTab(stack.serving.url!, bearer).until(({ told }) => told.length > 0);
  const first = await planAfter();
  expect(first.counts).toMatchObject({ skip: 0, partial: 0, run: first.total });
  const run = await confirmed(first);
  expect(run).toMatchObject({ status: 'succeeded', attempt: 1 });
  expect(Object.values(run.counts).reduce((sum, n) => sum + n, 0)).toBe(first.total);

  const lines: RunLine[] = [];
  for (let after = 0; ; after = lines.at(-1)!.seq) {
    const page = await get<{ items: RunLine[]; ended: boolean }>(`/api/v1/runs/${run.id}/logs?after=${after}&limit=20`);
    lines.push(...page.items);
    if (page.ended) break;
  }
  expect(new Set(lines.map(({ seq }) => seq)).size).toBe(lines.length);
  expect(lines.some(({ text }) => text.includes('Completed successfully'))).toBe(true);

  // Of every line a page was told, while the run was going on, about when dbt wrote it.
  const last = lines.at(-1)!.seq;
  await tab.until(({ told }) => told.some(({ event, data }) => event === 'log' && Number(data['last']) >= last));
  const rung = tab.told.filter(({ event, data }) => event === 'log' && data['run'] === run.id);
  const late = lines.map(
    ({ seq, at }) => rung.find(({ data }) => Number(data['last']) >= seq)!.heardAt - Date.parse(at),
  );
  expect(Math.max(...late)).toBeLessThan(10_000);
  tab.cut();

  const nodes = await get<{ items: RunNode[] }>(`/api/v1/runs/${run.id}/nodes`);
  expect(nodes.items.filter(({ finishedAt }) => !finishedAt)).toEqual([]);
  const timed = nodes.items.filter(({ startedAt, finishedAt }) => startedAt && finishedAt && startedAt <= finishedAt);
  expect([nodes.items.length, timed.length]).toEqual([first.total, first.total]);
  const states = await get<{ items: NodeOutcome[] }>(`${place}/node-states`);
  expect(states.items.map(({ node }) => node).sort()).toEqual(nodes.items.map(({ node }) => node).sort());
  const [one] = states.items;
  const history = await get<{ items: NodeRun[] }>(`${place}/assets/${one!.node}/runs`);
  expect(history.items).toMatchObject([{ run: run.id, node: one!.node, status: one!.status }]);

  const second = await planAfter(first.state);
  expect(second.counts).toEqual({ run: 0, skip: first.total, partial: 0 });
  expect(await post(`/api/v1/plans/${second.id}/confirm`)).toMatchObject({ code: 'precondition.missing' });

  // One column that nobody reads, and a variable that one model does: what was compiled and what was run are compared by columns.
  await ingest({
    'models/marts/customers.sql': (text) => text.replace('max(order_date)', 'max(order_date) + 1'),
    'dbt_project.yml': (text) => text.replace('min_amount: 0', 'min_amount: 7'),
  });
  const narrow = await planAfter();
  expect(await runsOf(narrow)).toEqual(['model.jaffle.customers', 'model.jaffle.daily_revenue']);
  const variable = await get<PlansEntryOutput>(`/api/v1/plans/${narrow.id}/entries/model.jaffle.daily_revenue`);
  expect(variable.words[1]).toContain('a variable');

  await ingest({
    'models/marts/customer_segments.sql': (text) => text.replace('lifetime_value > 100', 'lifetime_value > 120'),
  });
  const third = await planAfter();
  expect(await runsOf(third)).toEqual(expect.arrayContaining(['model.jaffle.customer_segments']));
  expect((await runsOf(third)).every((id) => id.includes('segment'))).toBe(true);
  const edited = await get<PlansEntryOutput>(`/api/v1/plans/${third.id}/entries/model.jaffle.customer_segments`);
  expect([edited.before?.run, edited.words[1]]).toEqual([run.id, expect.stringContaining('its code changed')]);
  expect([edited.before?.code, edited.after?.code]).toEqual(
    [100, 120].map((limit) => expect.stringContaining(`lifetime_value > ${limit}`)),
  );
  expect(await confirmed(third)).toMatchObject({ status: 'succeeded' });
  expect(await post(`/api/v1/plans/${first.id}/confirm`)).toMatchObject({ status: 'allowed' });
  const stale = await post<Record<string, unknown>>(`/api/v1/plans/${second.id}/confirm`);
  expect(['conflict', 'precondition.missing']).toContain(stale['code']);
});

test('a run that fails says why, keeps what succeeded, and is planned again', async () => {
  await ingest({ 'models/marts/customer_segments.sql': (text) => `${text}\nand no_such_column = 1` });
  const plan = await planAfter();
  const run = await confirmed(plan);
  expect(run).toMatchObject({ status: 'failed', reason: expect.stringContaining('customer_segments') });
  const again = await planAfter(plan.state);
  expect(await runsOf(again)).toContain('model.jaffle.customer_segments');
});

test('the graph comes with compiled SQL; a model that needs an answer of the warehouse goes without, and the log says so', async () => {
  const asking = `{% set answer = run_query('select 1') %} select {{ answer.rows[0][0] if execute }} as one`;
  const run = await ingest({ 'models/marts/stores.sql': () => asking });
  expect(run).toMatchObject({ status: 'succeeded', artifacts: [{ name: 'manifest.json' }] });
  const { nodes } = await get<{ nodes: Record<string, { resource_type: string; compiled_code?: string }> }>(
    `/api/v1/runs/${run.id}/artifacts/manifest.json`,
  );
  const models = Object.entries(nodes).filter(([, { resource_type }]) => resource_type === 'model');
  const without = models.filter(([, { compiled_code }]) => !compiled_code).map(([id]) => id);
  expect(without).toEqual(['model.jaffle.stores']);
  const { items } = await get<{ items: RunLine[] }>(`/api/v1/runs/${run.id}/logs?limit=500`);
  expect(items.find(({ event }) => event === 'NotCompiled')).toMatchObject({ level: 'warn' });
});

test('a project that dbt cannot parse fails with the words of dbt', async () => {
  const run = await ingest({ 'models/marts/orders.sql': () => `select * from {{ ref('nobody') }}` });
  expect(run).toMatchObject({ status: 'failed', reason: expect.stringContaining('nobody') });
});

test('a cancelled run ends cancelled', async () => {
  const slow = {
    'macros/helpers.sql': (text: string) =>
      `${text}\n{% macro slow() %}{% for i in range(100000) %}{% do run_query("select sum(a.range * b.range) from range(10000) a, range(1000) b") %}{% endfor %}{% endmacro %}`,
  };
  await ingest(slow);
  const { id } = await post<Run>(`${place}/operations`, { macro: 'slow' });
  while ((await get<Run>(`/api/v1/runs/${id}`)).status === 'requested');
  await post(`/api/v1/runs/${id}/cancel`);
  expect(await ended(id)).toMatchObject({ status: 'cancelled', cancelRequested: true });
});

test('a schedule that is set off becomes a run of dbt that says so', async () => {
  // Of a source nobody has looked at, its reader runs: a schedule is there for new data.
  await post(`${place}/schedules`, { name: 'nightly', cron: '0 2 * * *', select: ['events_incremental'] });
  const { id, cause } = await post<ScheduleFire>(`${place}/schedules/nightly/fire`);
  for (;;) {
    const { items } = await get<{ items: ScheduleFire[] }>(`${place}/schedules/nightly/fires`);
    if (!items[0]?.endedAt) continue;
    expect(items).toMatchObject([{ id, status: 'succeeded', cause: 'schedule nightly, fired by owner' }]);
    expect(await ended(items[0].run!)).toMatchObject({ status: 'succeeded', requestedBy: cause });
    return;
  }
});

test('a tar that reaches outside of the project is refused', async () => {
  const tar = pack();
  tar.entry({ name: 'dbt_project.yml' }, 'name: x');
  tar.entry({ name: '../evil' }, 'x');
  tar.finalize();
  const bytes = await new Response(tar as unknown as ReadableStream).arrayBuffer();
  const blob = sha256(Buffer.from(bytes));
  await http('PUT', `/api/v1/blobs/${blob}`, bytes);
  expect(await post(`${place}/revisions`, { blob })).toMatchObject({ code: 'artifact.refused', status: 422 });
});
