import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type OpenlineageEvent, type OpenlineageInvocation, sha256 } from '@headgate/contracts';
import { gateway } from '@headgate/gateway';
import { identity } from '@headgate/identity';
import { ingestion } from '@headgate/ingestion';
import { fixture, startStack, type Stack } from '@headgate/testing';
import fc from 'fast-check';

/** What dbt-ol really sent for one invocation, and what dbt itself wrote of it. */
interface Capture {
  readonly events: OpenlineageEvent[];
  readonly runResults: { results: { unique_id: string; status: string; message: string | null }[] };
}
const captureOf = (mode: string): Capture => JSON.parse(fixture(`${mode}.json.gz`, 'openlineage').toString());
const [live, afterwards] = [captureOf('logs'), captureOf('artifacts')];
const manifest = fixture('manifest.json.gz', 'openlineage');
const nodeOf = ({ job }: OpenlineageEvent) => job.facets?.dbt_node?.unique_id;

let stack: Stack;
let count = 0;
const http = (method: string, path: string, body?: unknown, token = stack.host.bootstrap.token) =>
  stack.http(method, path, body, { token });
const at = (environment: string) => `/api/v1/projects/shop/environments/${environment}`;

beforeAll(async () => {
  stack = await startStack([identity, ingestion, gateway]);
  await http('POST', '/api/v1/projects', { project: 'shop' });
}, 120_000);
afterAll(() => stack?.stop());

test('entities and migrations agree', () => expect(stack.drift).toEqual([]));

async function environment(...artifacts: string[]): Promise<string> {
  const name = `e${++count}`;
  expect((await http('POST', '/api/v1/projects/shop/environments', { environment: name })).status).toBe(200);
  if (artifacts.length > 0) await deliver(name, ...artifacts);
  return name;
}

async function deliver(where: string, ...artifacts: string[]): Promise<void> {
  const named = [];
  for (const text of artifacts) {
    const blob = sha256(Buffer.from(text));
    await http('PUT', `/api/v1/blobs/${blob}`, Buffer.from(text));
    named.push({ name: text.includes('"results"') ? 'run_results.json' : 'manifest.json', blob });
  }
  const { status, text } = await http('POST', `${at(where)}/ingests`, { artifacts: named });
  expect([status, status === 200 ? '' : text]).toEqual([200, '']);
}

/** As the client does: one event in each request. */
async function send(where: string, events: readonly object[]): Promise<Record<string, unknown>[]> {
  const answers = [];
  for (const event of events) {
    const { status, body, text } = await http('POST', `${at(where)}/openlineage/api/v1/lineage`, event);
    expect([status, status === 200 ? '' : text]).toEqual([200, '']);
    answers.push(body);
  }
  return answers;
}
const sendAll = async (where: string, events: readonly object[]) => {
  const answer = await http('POST', `${at(where)}/openlineage/api/v1/lineage/batch`, events);
  return { ...answer, problem: answer.status === 200 ? '' : answer.text };
};

interface Fact {
  node: string;
  run: string;
  status: string;
  finished_at: Date;
  duration_ms: string | null;
  rows: string | null;
  message: string | null;
  via: string | null;
}
const facts = (where: string) =>
  stack.sql<Fact>('select * from graph.node_run where environment = $1 order by node', [where]);
const statuses = async (where: string) =>
  Object.fromEntries((await facts(where)).map(({ node, status }) => [node, status]));
const invocations = async (where: string) =>
  (await http('GET', `${at(where)}/openlineage`)).body['items'] as OpenlineageInvocation[];
const leaves = (where: string) =>
  stack.sql<{ envelope: string }>(
    `select envelope from graph.outbox where type = 'run.observed' and envelope::jsonb #>> '{data,environment}' = $1 order by ordinal`,
    [where],
  );

test('what dbt-ol tells while dbt runs becomes the facts that run_results.json becomes', async () => {
  const told = await environment(manifest.toString());
  const filed = await environment(manifest.toString(), JSON.stringify(live.runResults));
  await send(told, live.events);
  const [heard, written] = [await facts(told), await facts(filed)];
  expect(written.length).toBe(live.runResults.results.length);
  const of = ({ node, run, status }: Fact) => ({ node, run, status });
  expect(heard.map(of)).toEqual(written.map(of));
  heard.forEach((fact, n) => {
    const { node, finished_at, duration_ms, message } = written[n]!;
    // A skipped node has no times in the file; statements of others take a moment to be told of.
    if (finished_at) expect(Math.abs(+fact.finished_at - +finished_at)).toBeLessThan(250);
    if (finished_at) expect(Math.abs(Number(fact.duration_ms) - Number(duration_ms))).toBeLessThan(250);
    if (fact.status === 'error') expect({ node, message: fact.message }).toEqual({ node, message: expect.stringContaining(message!.split('\n')[0]!) }); // prettier-ignore
  });
  expect(await invocations(told)).toEqual([
    {
      ...{ project: 'shop', environment: told, run: written[0]!.run, state: 'failed' },
      ...{ firstAt: expect.any(String), lastAt: expect.any(String), recorded: 10, unmatched: 0, names: [] },
    },
  ]);
});

test("of what dbt-ol tells afterwards, a model's tests are each a fact; what it leaves out is not made up", async () => {
  const where = await environment(manifest.toString());
  await send(where, afterwards.events);
  const written = new Map(afterwards.runResults.results.map(({ unique_id, status }) => [unique_id, status]));
  const heard = await facts(where);
  for (const { node, status } of heard) expect([node, status]).toEqual([node, written.get(node)]);
  const missing = [...written.keys()].filter((id) => !heard.some(({ node }) => node === id));
  expect(missing.sort()).toEqual(['model.shop.after_broken', 'seed.shop.raw_orders']);
  expect(heard.filter(({ node }) => node.startsWith('test.')).map(({ duration_ms }) => duration_ms)).toEqual([null, null, null, null]); // prettier-ignore
});

test("what two tests are called is neither's", async () => {
  const twice = JSON.parse(manifest.toString());
  const [id] = Object.keys(twice.nodes).filter((name) => name.startsWith('test.shop.unique_stg_orders_id'));
  twice.nodes['test.shop.twin'] = { ...twice.nodes[id!], unique_id: 'test.shop.twin' };
  const where = await environment(JSON.stringify(twice));
  await sendAll(where, afterwards.events);
  expect(await invocations(where)).toMatchObject([{ recorded: 7, unmatched: 1, names: ['unique_stg_orders_id'] }]);
});

test('duplicates and any order change nothing, and leave no second leaf', async () => {
  const where = await environment(manifest.toString());
  expect((await sendAll(where, live.events)).problem).toBe('');
  const [before, told] = [await facts(where), await leaves(where)];
  const ends = live.events.filter((event) => nodeOf(event) && event.eventType !== 'START');
  expect((await send(where, ends)).every(({ fresh }) => fresh === false)).toBe(true);
  expect((await sendAll(where, live.events)).body).toMatchObject({ status: 'success', summary: { received: 82, successful: 82, failed: 0 } }); // prettier-ignore
  expect(await facts(where)).toEqual(before);
  expect(await leaves(where)).toHaveLength(told.length);
  const shuffled = fc.shuffledSubarray([...live.events, ...live.events.slice(0, 40)], { minLength: 122 });
  await fc.assert(
    fc.asyncProperty(shuffled, fc.integer({ min: 1, max: 121 }), async (events, cut) => {
      const other = await environment(manifest.toString());
      for (const part of [events.slice(0, cut), events.slice(cut)])
        expect((await sendAll(other, part)).problem).toBe('');
      expect((await facts(other)).map((fact) => ({ ...fact, environment: where }))).toEqual(before);
    }),
    { numRuns: 4, seed: 1 },
  );
});

test('what is no node is counted and kept, and becomes a fact when the node is told of', async () => {
  const where = await environment();
  const [first] = await send(where, live.events.slice(-1));
  expect(first).toEqual({ fresh: true, recorded: 0, unmatched: 0 });
  expect(await invocations(where)).toMatchObject([{ state: 'failed' }]);
  expect((await sendAll(where, live.events)).problem).toBe('');
  expect(await facts(where)).toEqual([]);
  expect(await invocations(where)).toMatchObject([{ recorded: 0, unmatched: 10, names: expect.arrayContaining(['model.shop.customers']) }]); // prettier-ignore
  expect(await leaves(where)).toEqual([]);
  const partly = JSON.parse(manifest.toString());
  delete partly.nodes['model.shop.customers'];
  await deliver(where, JSON.stringify(partly));
  expect(await invocations(where)).toMatchObject([{ recorded: 9, unmatched: 1, names: ['model.shop.customers'] }]);
  await deliver(where, manifest.toString());
  expect(await invocations(where)).toMatchObject([{ recorded: 10, unmatched: 0, names: [] }]);
  expect(Object.keys(await statuses(where))).toHaveLength(10);
  const told = (await leaves(where)).map(({ envelope }) => JSON.parse(envelope).data.nodes.length);
  expect(told).toEqual([9, 1]);
});

test("dbt's own file takes the place of what was heard, whichever comes first", async () => {
  const results = JSON.stringify(live.runResults);
  const [late, early] = [await environment(manifest.toString()), await environment(manifest.toString(), results)];
  await sendAll(late, live.events);
  expect((await facts(late)).map(({ via }) => via)).toEqual(Array(10).fill('openlineage'));
  await deliver(late, results);
  await sendAll(early, live.events);
  const plain = (rows: Fact[]) => rows.map((fact) => ({ ...fact, environment: '' }));
  expect(plain(await facts(late))).toEqual(plain(await facts(early)));
  expect((await facts(late)).map(({ via }) => via)).toEqual(Array(10).fill(null));
});

test('what is no run event is refused with its place; what is too much, and whoever may not, too', async () => {
  const where = await environment();
  const [event] = live.events;
  const path = `${at(where)}/openlineage/api/v1/lineage`;
  const refused = async (body: unknown) => {
    const { status, body: problem } = await http('POST', path, body);
    return [status, problem['code'], problem['where']];
  };
  expect(await refused({ ...event, run: {} })).toEqual([400, 'contract.invalid', '/run']);
  expect(await refused({ ...event, eventTime: '0000-01-01T00:00:00Z' })).toEqual([
    400,
    'contract.invalid',
    '/eventTime',
  ]);
  expect(await refused({ ...event, eventType: 'END' })).toEqual([400, 'contract.invalid', '/eventType']);
  expect(await refused([event])).toEqual([400, 'contract.invalid', undefined]);
  const batch = await sendAll(where, [event!, { ...event, job: { name: 'x' } }]);
  expect([batch.status, batch.body['where']]).toEqual([400, '/events/1/job']);
  const message = (length: number) => ({ ...event, run: { ...event!.run, facets: { errorMessage: { message: 'x'.repeat(length) } } } }); // prettier-ignore
  expect((await refused(message(300_000)))[0]).toBe(413);
  expect((await refused({ ...event, more: 'x'.repeat(2_000_000) }))[0]).toBe(200);
  expect((await refused({ ...event, more: 'x'.repeat(9_000_000) }))[0]).toBe(413);
  const made = await http('POST', '/api/v1/tokens', { name: 'looker', role: 'viewer' });
  expect((await http('POST', path, event, String(made.body['secret']))).status).toBe(403);
  expect((await http('POST', path, event, 'hg_nobody_knows_it')).status).toBe(401);
  expect(await facts(where)).toEqual([]);
});
