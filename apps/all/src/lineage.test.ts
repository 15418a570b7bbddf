import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LineageGraphOutput, LineageOverride, LineageSqlOutput, LineageStateOutput } from '@headgate/contracts';
import { sha256 } from '@headgate/contracts';
import { type Answer, fixture, foundOther, other, type Stack, startStack } from '@headgate/testing';
import { services } from './services.ts';

jest.setTimeout(120_000);
const place = '/api/v1/projects/jaffle/environments/dev';
const urn = (node: string, column?: string) => `hg:jaffle/${node}${column ? `#${column}` : ''}`;
const [customers, stgCustomers, orders, stgOrders, segments] = [
  ...['customers', 'stg_customers', 'orders', 'stg_orders', 'customer_segments'].map((name) => `model.jaffle.${name}`),
] as [string, string, string, string, string];

/** What the models of the fixture would compile to, in short. */
const compiled: Record<string, string> = {
  [stgCustomers]: 'select id as customer_id, first_name, last_name from "jaffle_corpus"."main"."raw_customers"',
  [stgOrders]: 'select id as order_id, user_id as customer_id, status from "jaffle_corpus"."main"."raw_orders"',
  [orders]: `select order_id, customer_id, upper(status) as status from "jaffle_corpus"."main"."stg_orders" where status <> 'void'`,
  [customers]: `select c.customer_id, c.first_name || ' ' || c.last_name as name, count(o.order_id) as orders
    from "jaffle_corpus"."main"."stg_customers" c left join "jaffle_corpus"."main"."orders" o using (customer_id) group by 1, 2`,
  [segments]: 'select customer_id, frobnicate( from',
};
const seeds = {
  'seed.jaffle.raw_customers': ['id', 'first_name', 'last_name'],
  'seed.jaffle.raw_orders': ['id', 'user_id', 'status'],
};

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(services);
  await foundOther(stack);
  for (const token of [stack.host.bootstrap.token, other.token]) {
    await ask('POST', '/api/v1/projects', { project: 'jaffle' }, token);
    await ask('POST', '/api/v1/projects/jaffle/environments', { environment: 'dev' }, token);
    await ask('POST', '/api/v1/projects/jaffle/environments', { environment: 'prod' }, token);
  }
}, 120_000);
afterAll(() => stack?.stop());

const ask = <T = Record<string, unknown>>(method: string, path: string, body?: unknown, token?: string) =>
  stack.http<T>(method, path, body, token === undefined ? {} : { token });

async function ingest(sql: Record<string, string>, at = place): Promise<LineageStateOutput> {
  const manifest = JSON.parse(fixture('jaffle-manifest.json.gz').toString());
  for (const [id, text] of Object.entries(sql)) manifest.nodes[id].compiled_code = text;
  for (const [id, names] of Object.entries(seeds))
    manifest.nodes[id].columns = Object.fromEntries(names.map((name) => [name, { name }]));
  const bytes = Buffer.from(JSON.stringify(manifest));
  const blob = sha256(bytes);
  await ask('PUT', `/api/v1/blobs/${blob}`, bytes);
  const { status } = await ask('POST', `${at}/ingests`, { artifacts: [{ name: 'manifest.json', blob }] });
  expect(status).toBe(200);
  for (;;) {
    const { body } = await ask<LineageStateOutput>('GET', `${at}/lineage`);
    if (body.state.status !== 'pending') return body;
    await sleep(50);
  }
}

const graph = async (query: Record<string, string>, at = place, token?: string) =>
  ask<LineageGraphOutput>('GET', `${at}/lineage/graph?${new URLSearchParams(query)}`, undefined, token);

const said = ({ body }: Answer<LineageGraphOutput>) =>
  body.edges.map(({ from, to, kind, origin }) =>
    [`${from.urn}#${from.column} -> ${to.urn}${to.column ? `#${to.column}` : ''}`, kind, origin].join(' '),
  );
const edge = (from: string, to: string, more = 'value sql') => `${from} -> ${to} ${more}`;

test('without compiled SQL there is no lineage, and the state says why', async () => {
  expect(stack.drift).toEqual([]);
  expect(await ingest({})).toMatchObject({ state: { status: 'none', reason: 'no compiled SQL', edges: 0 } });
});

test('lineage follows the snapshot; what is not understood is said with its reason', async () => {
  const { state, counts, unclear } = await ingest(compiled);
  expect(state).toMatchObject({ status: 'complete', seq: 1, snapshot: expect.stringMatching(/^sha256:/) });
  expect(counts).toMatchObject({ failed: 1, relation: 3 });
  expect(unclear[0]).toMatchObject({ id: segments, status: 'failed', notes: [{ code: 'parse' }] });
  expect(unclear.find(({ status }) => status === 'none')).toMatchObject({ notes: [{ code: 'no-sql' }] });
});

test('work that a dead process left is taken up when its hold has ended; until then what was visible stays so', async () => {
  const left = (until: string) =>
    stack.sql(
      `update graph.lineage_state set status = 'pending', version = version + 1, held_until = now() + interval '${until}'`,
    );
  const status = async () => (await ask<LineageStateOutput>('GET', `${place}/lineage`)).body.state.status;
  await left('1 hour');
  expect(await status()).toBe('pending');
  expect(said(await graph({ asset: 'orders', column: 'order_id', direction: 'up' }))).toHaveLength(2);
  await left('-1 second');
  while ((await status()) === 'pending') await sleep(50);
  expect(await status()).toBe('complete');
});

test('a column is followed up to the seeds and down to its readers, over HTTP', async () => {
  const up = await graph({ asset: 'customers', column: 'ORDERS', direction: 'up', depth: '9' });
  expect(said(up)).toEqual([
    edge(urn(orders, 'order_id'), urn(customers, 'orders')),
    edge(urn(stgOrders, 'order_id'), urn(orders, 'order_id')),
    edge(urn('seed.jaffle.raw_orders', 'id'), urn(stgOrders, 'order_id')),
  ]);
  expect(up.body).toMatchObject({ truncated: false, state: { status: 'complete' }, start: { urn: urn(customers) } });
  expect(up.body.nodes.map(({ name }) => name).sort()).toEqual(['customers', 'orders', 'raw_orders', 'stg_orders']);
  const short = await graph({ asset: urn(customers, 'orders'), direction: 'up', depth: '1' });
  expect([said(short).length, short.body.truncated]).toEqual([1, true]);
  const down = await graph({ asset: stgOrders, column: 'status', direction: 'down', kinds: 'filter' });
  expect(said(down)).toEqual([edge(urn(stgOrders, 'status'), urn(orders), 'filter sql')]);
  expect((await graph({ asset: 'customers', column: 'nope' })).status).toBe(404);
});

test('SQL is answered with the columns of the environment, or with those that come along', async () => {
  const sql = 'select o.status as s, count(*) as n from jaffle_corpus.main.orders o where o.order_id > 7 group by 1';
  const { body } = await ask<LineageSqlOutput>('POST', `${place}/lineage/sql`, { sql });
  expect(body).toEqual({
    edges: [
      { target: 's', sources: ['jaffle_corpus.main.orders.status'], confidence: 1 },
      { target: 'n', sources: [], confidence: 1 },
    ],
    predicates: ['jaffle_corpus.main.orders.order_id'],
    unsupported: [],
  });
  const own = { sql: 'select * from t', dialect: 'snowflake', schema: { t: ['A', 'B'] } };
  expect((await ask<LineageSqlOutput>('POST', `${place}/lineage/sql`, own)).body.edges).toHaveLength(2);
  const broken = await ask<LineageSqlOutput>('POST', `${place}/lineage/sql`, { sql: 'select (' });
  expect(broken.body).toEqual({ error: expect.stringMatching(/^parse/) });
});

async function headgate(...args: string[]): Promise<{ code: number; out: string }> {
  const path = (relative: string) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));
  const node = ['-C', 'source', '--import', path('tools/register.js'), path('apps/cli/src/main.ts'), ...args];
  const env = {
    PATH: process.env['PATH'],
    HEADGATE_URL: stack.serving.url,
    HEADGATE_TOKEN: stack.host.bootstrap.token,
  };
  return new Promise((resolve) => {
    const at = { env: { ...env, HEADGATE_PROJECT: 'jaffle', HEADGATE_ENVIRONMENT: 'dev' } };
    const child = execFile(process.execPath, node, at, (_, out) => resolve({ code: child.exitCode ?? -1, out }));
  });
}

test('the command line follows a column, and keeps a decision until it is told to forget it', async () => {
  const [found, unclear, confirmed] = await Promise.all([
    headgate('lineage', 'graph', 'customers.orders', '--direction', 'up', '--depth', '1'),
    headgate('lineage', 'graph', '--json'),
    headgate('lineage', 'confirm', 'stg_orders.status', 'orders.STATUS', '--reason', 'read it', '--json'),
  ]);
  const line = 'model.jaffle.orders.order_id  ->  model.jaffle.customers.orders  value';
  expect(found).toEqual({ code: 0, out: `${line}\nthere is more: --depth and --limit\n` });
  expect(JSON.parse(unclear.out)).toMatchObject({ state: { status: 'complete' }, counts: { failed: 1 } });
  const { id, ...decision } = JSON.parse(confirmed.out) as LineageOverride;
  expect(decision).toMatchObject({ decision: 'confirm', kind: 'value', target: urn(orders, 'STATUS') });
  const shown = await headgate('lineage', 'graph', 'orders.status', '--direction', 'up', '--kind', 'value');
  expect(shown.out).toContain('value confirmed by');
  expect(await headgate('lineage', 'forget', id)).toEqual({ code: 0, out: `forgotten ${id}\n` });
});

test('what people decide holds over ingestions and in every environment, is audited, and is theirs alone', async () => {
  const wrong = { source: urn(stgCustomers, 'last_name'), target: urn(customers, 'name') };
  const missing = { source: urn('seed.jaffle.raw_orders', 'status'), target: urn(customers, 'orders') };
  const put = (body: object) => ask<LineageOverride>('PUT', '/api/v1/projects/jaffle/lineage/overrides', body);
  const rejected = await put({ ...wrong, decision: 'reject', reason: 'it is never filled' });
  await put({ ...missing, decision: 'add', reason: 'a trigger does it' });
  const sure = { source: urn(stgCustomers, 'FIRST_NAME'), target: urn(customers, 'name') };
  await put({ ...sure, decision: 'confirm', reason: 'looked at it' });
  const name = { asset: 'customers', column: 'name', direction: 'up', depth: '1' };
  const expected = [edge(urn(stgCustomers, 'first_name'), urn(customers, 'name'), 'value confirmed')];
  const before = await graph(name);
  expect(said(before)).toEqual(expected);
  expect(before.body.rejected).toMatchObject([{ origin: 'rejected', override: { by: rejected.body.by } }]);

  const changed = `${compiled[customers]} -- the same, written anew`;
  expect(await ingest({ ...compiled, [customers]: changed })).toMatchObject({ state: { status: 'complete' } });
  await ingest(compiled, '/api/v1/projects/jaffle/environments/prod');
  for (const at of [place, '/api/v1/projects/jaffle/environments/prod']) {
    expect(said(await graph(name, at))).toEqual(expected);
    const added = await graph({ asset: urn(customers, 'orders'), direction: 'up', depth: '1' }, at);
    expect(said(added)).toContain(edge(missing.source, missing.target, 'value added'));
  }

  const events = await stack.sql<{ type: string }>(`select type from graph.outbox where type like 'lineage.over%'`);
  // Two more are of the command line.
  expect(events).toHaveLength(5);
  const computed = await stack.sql<{ n: string }>(
    `select envelope::jsonb -> 'data' ->> 'computed' as n from graph.outbox where type = 'lineage.committed' order by ordinal desc limit 2`,
  );
  // One model's SQL had changed in dev; in prod nothing was stored yet.
  expect(computed.map(({ n }) => Number(n) === 1)).toEqual([false, true]);

  const theirs = await graph(name, place, other.token);
  expect(theirs.status).toBe(404);
  const list = '/api/v1/projects/jaffle/lineage/overrides';
  expect((await ask('GET', list, undefined, other.token)).body).toEqual({ items: [] });
  expect((await ask('DELETE', `${list}/${rejected.body.id}`, undefined, other.token)).status).toBe(404);
  expect((await ask('DELETE', `${list}/${rejected.body.id}`)).status).toBe(200);
  expect(said(await graph(name))).toHaveLength(2);
  expect((await put({ ...wrong, source: 'hg:elsewhere/x#y', decision: 'add', reason: 'no' })).status).toBe(400);
});
