import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Plan, type PlansEntriesOutput, type Run, type RunLine, sha256, type Snapshot } from '@headgate/contracts';
import { dispatcher } from '@headgate/dispatcher';
import { gateway } from '@headgate/gateway';
import { graphRead } from '@headgate/graph-read';
import { identity } from '@headgate/identity';
import { ingestion } from '@headgate/ingestion';
import { planner } from '@headgate/planner';
import { type ExecutionPlan, verifyPlan } from '@headgate/plans';
import { queryPrinter } from '@headgate/lineage/engine';
import { runner } from '@headgate/runner';
import { startStack, type Stack } from '@headgate/testing';
import { pack } from 'tar-stream';

jest.setTimeout(240_000);

const table = "{{ config(materialized='table') }}\n";
const files: Record<string, string> = {
  'dbt_project.yml': "name: shop\nversion: '1.0'\nprofile: shop\n",
  'seeds/items.csv': 'id,price\n1,10\n2,20\n',
  'models/staged.sql': "select id, price from {{ ref('items') }}",
  'models/dear.sql': "{{ config(materialized='ephemeral') }}\nselect * from {{ ref('staged') }} where price > 10",
  'models/total.sql': `${table}select s.id, s.price, d.id is not null as dear from {{ ref('staged') }} s left join {{ ref('dear') }} d using (id)`,
  'models/report.sql': `${table}select sum(price) as price, count(*) filter (dear) as dear from {{ ref('total') }}`,
};

let stack: Stack;
beforeAll(async () => {
  stack = await startStack([identity, ingestion, graphRead, planner, dispatcher, runner, gateway]);
  await post('/api/v1/projects', { project: 'shop' });
  for (const environment of ['prod', 'dev', 'new']) await post('/api/v1/projects/shop/environments', { environment });
});
afterAll(() => stack?.stop());

const http = async <T>(method: string, path: string, body?: unknown, token?: string): Promise<T> =>
  (await stack.http<T>(method, path, body, token === undefined ? {} : { token })).body;
const get = <T>(path: string) => http<T>('GET', path);
const post = <T>(path: string, body: object = {}, token?: string) => http<T>('POST', path, body, token);
const placeOf = (environment: string) => `/api/v1/projects/shop/environments/${environment}`;

async function ingest(environment: string, edits: Record<string, string> = {}): Promise<void> {
  const tar = pack();
  for (const [name, text] of Object.entries({ ...files, ...edits })) tar.entry({ name, mtime: new Date(0) }, text);
  tar.finalize();
  const bytes = await new Response(tar as unknown as ReadableStream).arrayBuffer();
  const blob = sha256(Buffer.from(bytes));
  await http('PUT', `/api/v1/blobs/${blob}`, bytes);
  const { run, revision } = await post<{ run: string; revision: string }>(`${placeOf(environment)}/revisions`, {
    blob,
  });
  expect(await ended(run)).toMatchObject({ status: 'succeeded' });
  // The graph follows the run by an event.
  while ((await get<Snapshot>(`${placeOf(environment)}/snapshots/latest`)).revision !== revision);
}

async function ended(id: string): Promise<Run> {
  for (;;) {
    const run = await get<Run>(`/api/v1/runs/${id}?wait=20`);
    if (run.finishedAt) return run;
  }
}

/** Runs a plan, and waits until the environment's state has followed. */
async function executed(plan: Plan): Promise<Run> {
  await post(`/api/v1/plans/${plan.id}/confirm`);
  for (;;) {
    const { run } = await get<{ run?: Run }>(`/api/v1/plans/${plan.id}/run`);
    if (!run) continue;
    const end = await ended(run.id);
    while ((await post<Plan>(`${placeOf(plan.environment)}/plans`)).state === plan.state);
    return end;
  }
}

const runAll = async (environment: string) => executed(await post<Plan>(`${placeOf(environment)}/plans`));
const deferring = (select: string[], more: object = {}) =>
  post<Plan>(`${placeOf('dev')}/plans`, { select, defer: 'prod', ...more });
const verdictsOf = async (plan: Plan) => {
  const { items } = await get<PlansEntriesOutput>(`/api/v1/plans/${plan.id}/entries`);
  return Object.fromEntries(items.map(({ id, verdict }) => [id.split('.').at(-1), verdict]));
};

function rows(environment: string, sql: string): unknown {
  const environments = join(stack.host.stateDir, 'environments');
  const file = join(environments, readdirSync(environments)[0]!, 'shop', environment, 'shop.duckdb');
  const code =
    'import duckdb, json, sys; print(json.dumps(duckdb.connect(sys.argv[1], read_only=True).execute(sys.argv[2]).fetchall()))';
  const python = join(stack.host.runner.python, 'bin/python');
  return JSON.parse(execFileSync(python, ['-c', code, file, sql], { encoding: 'utf8' }));
}

/** What is worked on here: one model has a column more than there. */
const edited = { 'models/total.sql': files['models/total.sql']!.replace('s.price,', 's.price, s.price * 2 as twice,') };
const changed = ['state:modified+'];

test('what differs from another environment is built over what stands there, as if all had been built here', async () => {
  expect(stack.drift).toEqual([]);
  await ingest('prod');
  await ingest('dev', edited);
  expect(await deferring(changed)).toMatchObject({ code: 'precondition.missing', where: '/defer' });
  expect(await runAll('prod')).toMatchObject({ status: 'succeeded' });

  const plan = await deferring(changed);
  expect(plan).toMatchObject({ defer: 'prod', counts: { run: 2, skip: 0, partial: 0 } });
  const { header, items } = await get<PlansEntriesOutput>(`/api/v1/plans/${plan.id}/entries`);
  expect(header.defer).toEqual({ environment: 'prod', nodes: 1 });
  expect(items.map(({ id, deferred }) => [id, deferred])).toEqual([
    ['model.shop.report', undefined],
    ['model.shop.total', ['model.shop.staged']],
  ]);
  const { words } = await get<{ words: string[] }>(`/api/v1/plans/${plan.id}/entries/model.shop.total`);
  expect(words).toContain('  reads model.shop.staged from prod');

  const run = await executed(plan);
  expect(run).toMatchObject({ status: 'succeeded' });
  const { items: lines } = await get<{ items: RunLine[] }>(`/api/v1/runs/${run.id}/logs?limit=500`);
  expect(lines.find(({ event }) => event === 'Deferred')?.text).toContain('from prod');
  const names = "select table_name from information_schema.tables where table_schema = 'main' order by 1";
  expect(rows('dev', names)).toEqual([['report'], ['total']]);
  const shared = 'select id, price, dear from total order by id';
  expect(rows('dev', shared)).toEqual(rows('prod', shared));
  // The other environment has what it had: a view is still a view.
  const type = "select table_type from information_schema.tables where table_name = 'staged'";
  expect(rows('prod', type)).toEqual([['VIEW']]);

  expect(await verdictsOf(await deferring(changed))).toEqual({ total: 'SKIP', report: 'SKIP' });
  const alone = await post<Plan>(`${placeOf('dev')}/plans`, { select: ['total'] });
  expect(await verdictsOf(alone)).toEqual({ total: 'RUN' });
});

test('what is built anew there moves what reads it here', async () => {
  await ingest('prod', { 'seeds/items.csv': 'id,price\n1,10\n2,20\n3,30\n' });
  expect(await runAll('prod')).toMatchObject({ status: 'succeeded' });
  const plan = await deferring(['total', 'report']);
  expect(await verdictsOf(plan)).toEqual({ total: 'RUN', report: 'RUN' });
  expect(await executed(plan)).toMatchObject({ status: 'succeeded' });
  expect(rows('dev', 'select * from report')).toEqual([[60, 2]]);
  expect(rows('dev', 'select * from report')).toEqual(rows('prod', 'select * from report'));
  expect(await verdictsOf(await deferring(['total', 'report']))).toEqual({ total: 'SKIP', report: 'SKIP' });
});

test('the proof of such a plan is made of both states', async () => {
  const plan = await deferring(['total', 'report']);
  const raw = async (path: string) => {
    const url = `${stack.serving.url}${path}`;
    const headers = { authorization: `Bearer ${stack.host.bootstrap.token}` };
    return Buffer.from(await (await fetch(url, { headers })).arrayBuffer());
  };
  const at = `/api/v1/plans/${plan.id}`;
  const given = {
    plan: await raw(`${at}/document`),
    state: await raw(`${at}/state`),
    deferred: await raw(`${at}/deferred`),
    manifest: await raw(`${placeOf('dev')}/snapshots/${plan.snapshot}/manifest`),
    reader: queryPrinter,
  };
  expect(verifyPlan(given)).toMatchObject({ ok: true });
  const { header } = JSON.parse(given.plan.toString()) as ExecutionPlan;
  expect(sha256(given.deferred)).toBe(header.defer?.state);
  expect(await http('GET', `/api/v1/plans/${(await post<Plan>(`${placeOf('dev')}/plans`)).id}/deferred`)).toMatchObject(
    {
      code: 'not-found',
    },
  );
});

test('whoever may not see the other environment does not read it through this one', async () => {
  const plan = await deferring(['total']);
  const place = { role: 'engineer', project: 'shop', environment: 'dev' };
  const { secret } = await post<{ secret: string }>('/api/v1/tokens', { name: 'narrow', ...place });
  const narrow = (path: string, body: object = {}) => post<Record<string, unknown>>(path, body, secret);
  const forbidden = { code: 'forbidden', where: '/defer' };
  expect(await narrow(`${placeOf('dev')}/plans`, { select: ['total'], defer: 'prod' })).toMatchObject(forbidden);
  expect(await narrow(`${placeOf('dev')}/plans`, { select: ['total'] })).toMatchObject({ environment: 'dev' });
  expect(await narrow(`/api/v1/plans/${plan.id}/confirm`)).toMatchObject(forbidden);
  expect(await http('GET', `/api/v1/plans/${plan.id}/deferred`, undefined, secret)).toMatchObject(forbidden);
});

test('an environment that cannot be read from is refused, and why', async () => {
  expect(await deferring(['total'], { defer: 'dev' })).toMatchObject({ code: 'contract.invalid', where: '/defer' });
  expect(await deferring(['total'], { defer: 'nowhere' })).toMatchObject({ code: 'not-found', where: '/defer' });
  expect(await deferring(['total'], { defer: 'new' })).toMatchObject({ code: 'not-found', where: '/defer' });
});
