import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { environmentsReveal, sha256 } from '@headgate/contracts';
import { gateway } from '@headgate/gateway';
import { graphRead } from '@headgate/graph-read';
import { identity } from '@headgate/identity';
import { ingestion } from '@headgate/ingestion';
import { serve } from '@headgate/kit';
import { planner } from '@headgate/planner';
import { asker, fixture, type Stack, startStack } from '@headgate/testing';

const prod = '/api/v1/projects/jaffle/environments/prod';
const dev = '/api/v1/projects/jaffle/environments/dev';
const manifest = fixture('jaffle-manifest.json.gz');

let stack: Stack;
let owner: string;
const runner = asker(undefined, 'runner');

const http = (method: string, path: string, token: string, body?: unknown) =>
  stack.http<Record<string, unknown> & { secret?: string; token?: { id: string } }>(method, path, body, { token });

async function tokenOf(name: string, role: string, place: object = {}, by = owner): Promise<string> {
  const { status, body } = await http('POST', '/api/v1/tokens', by, { name, role, ...place });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.secret!;
}

/** What the audit has of refusals to somebody, the newest last. */
async function denials(actor: string): Promise<{ operation: string; permission: string; environment?: string }[]> {
  const rows = await stack.sql<{ envelope: string }>(
    `select envelope from identity.outbox where type = 'access.denied' order by ordinal`,
  );
  return rows
    .map(({ envelope }) => JSON.parse(envelope))
    .filter((event) => event.actor.id === actor)
    .map((event) => event.data);
}

const until = async (method: string, path: string, token: string, status: number) => {
  const deadline = Date.now() + 10_000;
  while ((await http(method, path, token)).status !== status) expect(Date.now()).toBeLessThan(deadline);
};

beforeAll(async () => {
  stack = await startStack([identity, ingestion, graphRead, planner, runner.service, gateway]);
  owner = stack.host.bootstrap.token;
  await http('POST', '/api/v1/projects', owner, { project: 'jaffle' });
  for (const environment of ['dev', 'prod'])
    await http('POST', '/api/v1/projects/jaffle/environments', owner, { environment });
}, 60_000);
afterAll(() => stack?.stop());

test('an admin makes engineers, and no owner: not by a grant, not by a token, not of an account that is one', async () => {
  const admin = await tokenOf('admin of all', 'admin');
  await tokenOf('ops', 'owner');
  const subject = { kind: 'person', id: 'friend' };
  expect((await http('PUT', '/api/v1/grants', admin, { subject, role: 'engineer' })).status).toBe(200);
  const attempts = [
    await http('PUT', '/api/v1/grants', admin, {
      subject: { kind: 'service-account', id: 'admin of all' },
      role: 'owner',
    }),
    await http('POST', '/api/v1/tokens', admin, { name: 'mine', role: 'owner' }),
    await http('POST', '/api/v1/tokens', admin, { name: 'ops', role: 'owner' }),
    await http('POST', '/api/v1/grants/remove', admin, { subject: { kind: 'person', id: 'owner' } }),
  ];
  expect(attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  expect(attempts[0]!.body['detail']).toContain('admin of all has the role admin, which does not grant org:*');
  expect((await denials('admin of all')).map(({ operation }) => operation)).toEqual([
    'grants.put',
    'tokens.create',
    'tokens.create',
    'grants.remove',
  ]);
});

test('a token of a name that is taken has the role of the account, or is refused', async () => {
  const first = await http('POST', '/api/v1/tokens', owner, { name: 'ci', role: 'engineer' });
  const second = await http('POST', '/api/v1/tokens', owner, { name: 'ci', role: 'engineer' });
  expect(second.status).toBe(200);
  expect(await http('POST', '/api/v1/tokens', owner, { name: 'ci', role: 'viewer' })).toMatchObject({
    status: 409,
    body: { detail: 'the service account ci is there already, as engineer' },
  });
  await http('DELETE', `/api/v1/tokens/${first.body.token!.id}`, owner);
  await until('GET', '/api/v1/projects', first.body.secret!, 401);
  expect((await http('GET', '/api/v1/projects', second.body.secret!)).status).toBe(200);
});

test('an engineer of one environment does all its work there, by names and by ids, and none elsewhere', async () => {
  const narrow = await tokenOf('dev robot', 'engineer', { project: 'jaffle', environment: 'dev' });
  const blob = sha256(manifest);
  const artifacts = [{ name: 'manifest.json', blob }];
  expect((await http('PUT', `/api/v1/blobs/${blob}`, narrow, manifest)).status).toBe(200);
  expect((await http('POST', `${dev}/ingests`, narrow, { artifacts })).status).toBe(200);
  const mine = await http('POST', `${dev}/plans`, narrow, {});
  expect((await http('GET', `/api/v1/plans/${mine.body['id']}`, narrow)).body).toEqual(mine.body);
  expect((await http('GET', `/api/v1/plans/${mine.body['id']}/document`, narrow)).status).toBe(200);
  expect((await http('POST', `/api/v1/plans/${mine.body['id']}/confirm`, narrow)).status).not.toBe(403);

  expect((await http('POST', `${prod}/ingests`, narrow, { artifacts })).status).toBe(403);
  await http('POST', `${prod}/ingests`, owner, { artifacts });
  const other = await http('POST', `${prod}/plans`, owner, {});
  expect((await http('GET', `/api/v1/plans/${other.body['id']}`, narrow)).status).toBe(403);
  expect((await http('POST', `/api/v1/plans/${other.body['id']}/confirm`, narrow)).status).toBe(403);
  expect((await denials('dev robot')).at(-1)).toMatchObject({ operation: 'plans.confirm', environment: 'prod' });
  expect((await http('GET', '/api/v1/tokens', narrow)).status).toBe(403);
  expect((await http('GET', '/api/v1/org', narrow)).status).toBe(200);
  const can = `/api/v1/can?permission=plan:confirm&project=jaffle&environment=`;
  expect((await http('GET', `${can}dev`, narrow)).body).toMatchObject({
    allowed: true,
    because: 'engineer in org/jaffle/dev grants plan:confirm',
  });
  expect((await http('GET', `${can}prod`, narrow)).body).toMatchObject({ allowed: false });
});

test('an admin of one project gives roles in it, and in nothing around it', async () => {
  await http('POST', '/api/v1/projects', owner, { project: 'attic' });
  const local = await tokenOf('attic admin', 'admin', { project: 'attic' });
  expect(await tokenOf('attic robot', 'engineer', { project: 'attic' }, local)).toMatch(/^hg_/);
  const beyond = [{}, { project: 'jaffle' }, { project: 'jaffle', environment: 'dev' }];
  for (const place of beyond) {
    const body = { name: 'attic spy', role: 'viewer', ...place };
    expect((await http('POST', '/api/v1/tokens', local, body)).status).toBe(403);
  }
  const subject = { kind: 'service-account', id: 'attic admin' };
  expect((await http('PUT', '/api/v1/grants', local, { subject, role: 'owner', project: 'attic' })).status).toBe(403);
});

test('a role in a place that is not there is refused', async () => {
  const subject = { kind: 'person', id: 'early' };
  const put = (place: object) => http('PUT', '/api/v1/grants', owner, { subject, role: 'viewer', ...place });
  expect((await put({ project: 'nope' })).body).toMatchObject({ code: 'not-found', where: '/project' });
  expect((await put({ project: 'jaffle', environment: 'nope' })).body).toMatchObject({ where: '/environment' });
  expect((await put({ environment: 'dev' })).body).toMatchObject({ code: 'contract.invalid' });
});

test('a grant given and taken away holds within a second, without a new token', async () => {
  const token = await tokenOf('riser', 'viewer');
  const subject = { kind: 'service-account', id: 'riser' };
  expect((await http('GET', '/api/v1/grants', token)).status).toBe(403);
  await http('PUT', '/api/v1/grants', owner, { subject, role: 'admin' });
  await until('GET', '/api/v1/grants', token, 200);
  await http('POST', '/api/v1/grants/remove', owner, { subject });
  await until('GET', '/api/v1/grants', token, 403);
});

test('the last owner keeps the role, and the last token of an owner its life', async () => {
  const fresh = { org: 'lonely', owner: 'solo', token: `hg_${'s'.repeat(40)}` };
  const second = await serve({ ...stack.host, bootstrap: fresh }, identity);
  const subject = { kind: 'person', id: 'solo' };
  const [token] = (await http('GET', '/api/v1/tokens', fresh.token)).body['items'] as { id: string }[];
  const revoke = () => http('DELETE', `/api/v1/tokens/${token!.id}`, fresh.token);
  const remove = () => http('POST', '/api/v1/grants/remove', fresh.token, { subject });
  expect((await remove()).body).toMatchObject({ code: 'conflict', detail: 'solo is the last owner' });
  expect((await revoke()).body).toMatchObject({ code: 'conflict', detail: 'this is the last token of an owner' });
  await tokenOf('second', 'owner', {}, fresh.token);
  expect((await remove()).status).toBe(200);
  await second.close();
});

test('replicas that start together make one organization and one token', async () => {
  const bootstrap = { org: 'twins', owner: 'twin', token: `hg_${'t'.repeat(40)}` };
  const host = { ...stack.host, bootstrap };
  const all = await Promise.all([serve(host, identity), serve(host, identity), serve(host, identity)]);
  expect(await stack.sql(`select * from identity.organization where slug = 'twins'`)).toHaveLength(1);
  expect(await stack.sql(`select * from identity.service_token where actor_id = 'twin'`)).toHaveLength(1);
  for (const one of all) await one.close();
}, 30_000);

test('a refusal that the audit cannot keep is not told as one', async () => {
  const viewer = await tokenOf('unlucky', 'viewer');
  await stack.sql('revoke insert on identity.outbox from hg_identity');
  const answer = await http('POST', '/api/v1/projects', viewer, { project: 'mine' });
  await stack.sql('grant insert on identity.outbox to hg_identity');
  expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } });
  expect((await http('POST', '/api/v1/projects', viewer, { project: 'mine' })).status).toBe(403);
});

test('plaintext of variables is for the runner, and every use of a secret is in the audit without its value', async () => {
  const [org] = await stack.sql<{ org_id: string }>(`select org_id from identity.organization where slug = 'default'`);
  const call = { org: org!.org_id, actor: { kind: 'service' as const, id: 'runner' }, requestId: 'r-1' };
  const place = { project: 'jaffle', environment: 'dev' };
  const events = () =>
    stack.sql<{ envelope: string }>(`select envelope from identity.outbox where type = 'environment.revealed'`);
  await http('PUT', `${dev}/variables/MODE`, owner, { value: 'plain' });
  await runner.clients.call(environmentsReveal, place, call);
  expect(await events()).toEqual([]);
  await http('PUT', `${dev}/variables/DB_PASSWORD`, owner, { value: 'correct horse', secret: true });
  expect((await runner.clients.call(environmentsReveal, place, call)).variables).toEqual([
    { name: 'DB_PASSWORD', value: 'correct horse', secret: true },
    { name: 'MODE', value: 'plain', secret: false },
  ]);
  const [used] = await events();
  expect(JSON.parse(used!.envelope).data).toEqual({ ...place, names: ['DB_PASSWORD'] });
  const elsewhere = { ...call, org: '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2bff' };
  await expect(runner.clients.call(environmentsReveal, place, elsewhere)).rejects.toMatchObject({ code: 'not-found' });
});
