import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Operation, operations, sha256 } from '@headgate/contracts';
import { type Answer as HttpAnswer, fixture, foundOther, Jar, other, type Stack, startStack } from '@headgate/testing';
import { pack } from 'tar-stream';
import { services } from './services.ts';

/** Two organizations with the same names for everything and different contents; the second asks for what is the first's. */
const place = '/api/v1/projects/jaffle/environments/dev';
const nowhereId = '0192f0c4-8f1e-7c3a-9d57-000000000000';
const nothing = `sha256:${'0'.repeat(64)}`;
const marker = 'zanzibar';

type Answer = HttpAnswer<Record<string, unknown> & { items?: Record<string, unknown>[]; code?: string }>;

let stack: Stack;
/** What is the first organization's: one thing of each kind, by the name of the path parameter that takes it. */
const theirs: Record<string, string> = {};
/** Every id and digest that the first organization was shown, and the second one's own answers do not hold. */
let secrets: string[] = [];

const ask = (method: string, path: string, token: string, body?: unknown): Promise<Answer> =>
  stack.http(method, path, body, { token });

/** Uses the product as somebody would: everything that a list can show has something in it afterwards. */
async function furnish(token: string, word: string): Promise<Answer[]> {
  const manifest = JSON.parse(fixture('jaffle-manifest.json.gz').toString());
  manifest.nodes['model.jaffle.customers'].description = `${word} customers`;
  manifest.nodes['model.jaffle.customers'].checksum.checksum = sha256(word).slice('sha256:'.length);
  const upload = async (bytes: Buffer) => {
    const blob = sha256(bytes);
    await ask('PUT', `/api/v1/blobs/${blob}`, token, bytes);
    return blob;
  };
  const kept: Answer[] = [];
  const must = async (method: string, path: string, body?: unknown) => {
    const answer = await ask(method, path, token, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.text}`);
    kept.push(answer);
    return answer.body;
  };
  await must('POST', '/api/v1/projects', { project: 'jaffle' });
  await must('POST', '/api/v1/projects', { project: `${word}-only`, name: `${word} project` });
  await must('POST', '/api/v1/projects/jaffle/environments', { environment: 'dev' });
  await must('PUT', `${place}/variables/${word.toUpperCase()}_NAME`, { value: `${word} value`, secret: true });
  await must('PUT', `/api/v1/projects/jaffle/selections/${word}`, { select: [`tag:${word}`] });
  await must('POST', `${place}/schedules`, { name: word, cron: '0 2 * * *', select: [`tag:${word}`], paused: true });
  const { token: made } = await must('POST', '/api/v1/tokens', { name: `${word} robot`, role: 'viewer' });
  await must('PUT', '/api/v1/grants', { subject: { kind: 'person', id: `${word} person` }, role: 'viewer' });
  await must('POST', '/api/v1/people', { id: `${word}-person`, name: `${word} person`, email: `${word}@example.com` });
  await must('POST', '/api/v1/links', { person: `${word}-person` });
  const { token: link } = await must('POST', '/api/v1/links', {});
  await new Jar(stack.serving.url!).follow(`/auth/link?token=${String(link)}`);
  const override = await must('PUT', '/api/v1/projects/jaffle/lineage/overrides', {
    ...{ source: `hg:jaffle/seed.jaffle.${word}#id`, target: 'hg:jaffle/model.jaffle.customers#customer_id' },
    ...{ decision: 'add', reason: `${word} says so` },
  });
  await must('PUT', `${place}/feeds/${word}`, { url: `http://localhost/${word}` });
  await must('PUT', `/api/v1/limits/${word}`, { starts: 9, seconds: 1 });
  await must('POST', `${place}/openlineage/api/v1/lineage`, observed(word));
  const blob = await upload(Buffer.from(JSON.stringify(manifest)));
  await must('POST', `${place}/ingests`, { artifacts: [{ name: 'manifest.json', blob }] });
  const plan = await must('POST', `${place}/plans`, {});
  const revision = await must('POST', `${place}/revisions`, { blob: await upload(await archive(word)) });
  for (let run: Answer['body'] = {}; !run['finishedAt'];)
    run = await must('GET', `/api/v1/runs/${revision['run']}?wait=20`);
  Object.assign(theirs, { override: override['id'] });
  Object.assign(theirs, { id: (made as { id: string }).id, plan: plan['id'], run: revision['run'], digest: blob });
  for (const path of lists) kept.push(await ask('GET', path, token));
  return kept;
}

/** Rows of a dataset and of a sink, as a task would leave them; no worker here makes any. */
async function keep(org: string, word: string): Promise<void> {
  const columns = JSON.stringify([{ name: word, type: 'text' }]);
  const [part] = await stack.data<{ id: string }>(
    `with part as (insert into data.part (org_id, id, sealed_at) values ($1, gen_random_uuid(), now()) returning id),
     batch as (insert into data.batch select $1, id, 0, 1, '', $2 from part) select id from part`,
    [org, JSON.stringify([[`${word} value`]])],
  );
  await stack.data(
    `with sink as (
       insert into data.sink (org_id, id, project, environment, name, rows) values ($1, gen_random_uuid(), 'jaffle', 'dev', $2, 1) returning id)
     insert into data.sink_row (org_id, sink_id, dedupe_key, place, digest, body) select $1, id, $2, 1, '', $3 from sink`,
    [org, word, JSON.stringify({ of: word })],
  );
  await stack.sql(
    `with leaf as (select set_config('app.leaf', pg_current_xact_id()::text, true)), made as (
       insert into dispatcher.dataset (org_id, id, project, environment, name, version, base, rows, columns)
       select $1, $2, 'jaffle', 'dev', $3, 1, 1, 1, $4 from leaf)
     insert into dispatcher.dataset_version (org_id, dataset_id, version, base, mode, part_id, added, rows, columns, digest, task_id, attempt)
     values ($1, $2, 1, 1, 'replace', $2, 1, 1, $4, '', $2, 1)`,
    [org, part!.id, word, columns],
  );
}

/** An OpenLineage event of a node that nobody has. */
const observed = (word: string) => ({
  ...{ eventType: 'COMPLETE', eventTime: '2026-11-21T10:00:00Z', producer: 'https://producer.example' },
  run: { runId: nowhereId, facets: { dbt_run: { invocation_id: `${word} run` } } },
  job: { namespace: 'dbt', name: `${word} job` },
});

/** A project that dbt refuses: it makes a revision, a run and a task all the same. */
async function archive(word: string): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: 'dbt_project.yml' }, `name: [${word}`);
  tar.finalize();
  return Buffer.from(await new Response(tar as unknown as ReadableStream).arrayBuffer());
}

const lists = (operations as readonly Operation[])
  .filter(({ id, path }) => path && /\.(list|search)$/.test(id))
  .map(({ path }) => path!.replace('{project}', 'jaffle').replace('{environment}', 'dev'));

const idsIn = (answers: Answer[]): Set<string> =>
  new Set(
    answers.flatMap(({ text }) => text.match(/sha256:[0-9a-f]{64}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g) ?? []),
  );

beforeAll(async () => {
  stack = await startStack(services);
  await foundOther(stack);
  const own = idsIn(await furnish(other.token, 'elsewhere'));
  const first = await furnish(stack.host.bootstrap.token, marker);
  await stack.sql(
    `begin; update dispatcher.task set dead_at = now(), dead_state = 'open';
     select set_config('app.leaf', pg_current_xact_id()::text, true); commit`,
  );
  for (const [org, word] of [
    [other.org, 'elsewhere'],
    [
      await stack
        .sql<{ org: string }>('select org_id as org from dispatcher.task where org_id <> $1', [other.org])
        .then(([row]) => row!.org),
      marker,
    ],
  ] as const)
    await keep(org, word);
  const item = async (path: string) => (await ask('GET', path, stack.host.bootstrap.token)).body.items![0]!;
  theirs['task'] = String((await item(`${place}/tasks`))['id']);
  theirs['snapshot'] = String((await item(`${place}/snapshots`))['snapshot']);
  theirs['event'] = (
    await stack.sql<{ id: string }>(`select id from identity.outbox where envelope like '%${marker}%' limit 1`)
  )[0]!.id;
  secrets = [...idsIn(first), ...Object.values(theirs)].filter((id) => !own.has(id));
}, 120_000);
afterAll(() => stack?.stop());

test.each(lists)('%s shows each organization its own, and nothing of the other', async (path) => {
  const first = await ask('GET', path, stack.host.bootstrap.token);
  const second = await ask('GET', path, other.token);
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(first.body.items!.length).toBeGreaterThan(0);
  expect(second.body.items!.length).toBeGreaterThan(0);
  expect(first.text).not.toContain('elsewhere');
  expect(second.text).not.toContain(marker);
  expect(secrets.filter((id) => second.text.includes(id))).toEqual([]);
});

test('the first organization has something of every kind to lose', () => {
  expect(secrets.length).toBeGreaterThan(20);
  expect(theirs).toEqual(
    Object.fromEntries(
      ['id', 'plan', 'run', 'digest', 'task', 'snapshot', 'event', 'override'].map((kind) => [
        kind,
        expect.any(String),
      ]),
    ),
  );
});

/** Bodies and queries that try to reach the first organization's things. */
const reaching = (ids: Record<string, string>): Record<string, object> => ({
  'assets.search': { q: marker },
  'audit.search': { q: marker },
  'audit.consistency': { from: 1 },
  'datasets.purge': { keep: 1 },
  'dead-letters.discard': { reason: 'probe' },
  'environments.create': { environment: 'probed' },
  'environments.put-variable': { value: 'probe' },
  'feeds.put': { url: 'http://localhost/probe' },
  'grants.can': { permission: 'plan:read', project: `${marker}-only` },
  'grants.put': { subject: { kind: 'person', id: 'probe' }, role: 'viewer', project: `${marker}-only` },
  'grants.remove': { subject: { kind: 'person', id: `${marker} person` } },
  'ingests.create': { artifacts: [{ name: 'manifest.json', blob: ids['digest'] }] },
  'limits.put': { starts: 1, seconds: 60 },
  'lineage.graph': { asset: 'model.jaffle.customers', column: 'customer_id' },
  'lineage.sql': { sql: 'select * from jaffle_corpus.main.customers' },
  'lineage-overrides.put': {
    source: 'hg:jaffle/x#x',
    target: 'hg:jaffle/y#x',
    decision: 'add',
    reason: 'probe',
  },
  'links.create': { person: `${marker}-person` },
  'orgs.create': { slug: marker, owner: 'probe' },
  'people.create': { id: 'probe', name: 'probe', role: 'viewer', project: `${marker}-only` },
  'openlineage.take': observed('probe'),
  'openlineage.take-batch': { events: [observed('probe')] },
  'plans.propose': { snapshot: ids['snapshot'] },
  'projects.create': { project: 'probed' },
  'revisions.create': { blob: ids['digest'] },
  'runs.operate': { macro: 'probe', revision: ids['snapshot'] },
  'schedules.create': { name: marker, upstream: [{ project: `${marker}-only`, environment: 'dev' }] },
  'schedules.edit': { onIngest: true },
  'selections.evaluate': { snapshot: ids['snapshot'], saved: marker, select: ['*'] },
  'selections.put': { select: ['tag:probe'] },
  'tokens.create': { name: 'probe', role: 'viewer', project: `${marker}-only` },
});

/** What `{name}` is in a path: a selection of the first organization is called by the marker. */
const names: Record<string, string> = {
  'environments.put-variable': `${marker.toUpperCase()}_NAME`,
  'runs.artifact': 'manifest.json',
};

async function probe(operation: Operation, ids: Record<string, string>): Promise<Answer & { sent: string }> {
  const { id, method, path, body } = operation;
  const fixed: Record<string, string> = { project: 'jaffle', environment: 'dev', asset: 'model.jaffle.customers' };
  const at = path!.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(fixed[name] ?? ids[name] ?? names[id] ?? marker),
  );
  const input = reaching(ids)[id] ?? {};
  const inQuery = method === 'GET' || method === 'DELETE';
  const url = inQuery ? `${at}?${new URLSearchParams(input as Record<string, string>)}` : at;
  const answer = body
    ? await ask(method!, at, other.token, Buffer.from('not those bytes'))
    : await ask(method!, url, other.token, inQuery ? undefined : input);
  return { ...answer, sent: decodeURIComponent(url) + JSON.stringify(input) };
}

const routed = (operations as readonly Operation[]).filter(({ path }) => path);

test.each(routed.map((operation) => ({ id: operation.id, operation })))(
  '$id, asked by another organization with ids of this one, tells and changes nothing',
  async ({ operation }) => {
    const before = await leavesOfTheFirst();
    const { status, text, sent } = await probe(operation, theirs);
    expect(status).toBeLessThan(500);
    expect(secrets.filter((id) => text.includes(id) && !sent.includes(id))).toEqual([]);
    if (!sent.includes(marker)) expect(text).not.toContain(marker);
    expect(await leavesOfTheFirst()).toEqual(before);
  },
  30_000,
);

const byId = routed.filter(({ path }) => /\{(id|plan|run|task|event|snapshot|override)\}/.test(path!));

test.each(byId.map((operation) => ({ id: operation.id, operation })))(
  '$id answers the same for a thing of another organization as for one that nobody has',
  async ({ operation }) => {
    const none = {
      ...theirs,
      id: nowhereId,
      plan: nowhereId,
      run: nowhereId,
      task: nowhereId,
      event: nowhereId,
      override: nowhereId,
    };
    const absent: Record<string, string> = { ...none, snapshot: nothing };
    const [real, unreal] = [await probe(operation, theirs), await probe(operation, absent)];
    const blurred = ({ body }: Answer, ids: Record<string, string>) =>
      Object.values(ids).reduce(
        (text, id) => text.replaceAll(id, '…'),
        JSON.stringify({ ...body, requestId: undefined }),
      );
    expect([real.status, blurred(real, theirs)]).toEqual([unreal.status, blurred(unreal, absent)]);
  },
);

/** Leaves of the first organization in every service: whatever changes a thing of its leaves one. */
async function leavesOfTheFirst(): Promise<unknown[]> {
  const schemas = await stack.sql<{ name: string }>(
    `select table_schema as name from information_schema.tables where table_name = 'outbox' order by 1`,
  );
  const counts = schemas.map(({ name }) => `select '${name}' as name, count(*) from ${name}.outbox where org_id <> $1`);
  return stack.sql(counts.join(' union all '), [other.org]);
}
