import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Operation, operations } from '@headgate/contracts';
import { gateway } from '@headgate/gateway';
import { graphRead } from '@headgate/graph-read';
import { identity } from '@headgate/identity';
import { ingestion } from '@headgate/ingestion';
import { planner } from '@headgate/planner';
import { startStack, type Stack } from '@headgate/testing';

let stack: Stack;
let owner: string;
const nobodys = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2bff';

const http = (method: string, path: string, token = '', body?: unknown, headers?: Record<string, string>) =>
  stack.http<Record<string, unknown> & { items?: unknown[] }>(method, path, body, {
    token,
    ...(headers && { headers }),
  });

beforeAll(async () => {
  stack = await startStack([identity, ingestion, graphRead, planner, gateway]);
  owner = stack.host.bootstrap.token;
  await http('POST', '/api/v1/projects', owner, { project: 'jaffle' });
  await http('POST', '/api/v1/projects/jaffle/environments', owner, { environment: 'dev' });
}, 60_000);
afterAll(() => stack?.stop());

test('entities and migrations agree', () => expect(stack.drift).toEqual([]));

test('the bootstrap token is the owner, also after a restart', async () => {
  expect((await http('GET', '/api/v1/org', owner)).body).toMatchObject({ slug: 'default' });
  await stack.restart();
  expect((await http('GET', '/api/v1/org', owner)).body).toMatchObject({ slug: 'default' });
  const rows = await stack.sql(`select * from identity.service_token where actor_id = 'owner'`);
  expect(rows).toHaveLength(1);
});

test('the same project or environment twice is one, and one event', async () => {
  const again = await http('POST', '/api/v1/projects/jaffle/environments', owner, { environment: 'dev' });
  expect(again).toMatchObject({ status: 200, body: { project: 'jaffle', environment: 'dev', adapter: 'duckdb' } });
  const events = await stack.sql(
    `select type from identity.outbox where type in ('project.created', 'environment.created')`,
  );
  expect(events).toHaveLength(2);
});

test('a viewer may look, may not make, and the refusal is in the audit', async () => {
  const { body } = await http('POST', '/api/v1/tokens', owner, { name: 'looker', role: 'viewer' });
  const viewer = String(body['secret']);
  expect((await http('GET', '/api/v1/projects', viewer)).status).toBe(200);
  const refused = await http('POST', '/api/v1/projects', viewer, { project: 'mine' });
  expect(refused).toMatchObject({
    status: 403,
    body: {
      code: 'forbidden',
      detail: expect.stringContaining('the role viewer, which does not grant project:create'),
    },
  });
  const [leaf] = await stack.sql<{ envelope: string }>(
    `select envelope from identity.outbox where type = 'access.denied'`,
  );
  expect(JSON.parse(leaf!.envelope)).toMatchObject({ actor: { id: 'looker' }, data: { operation: 'projects.create' } });
  expect((await http('GET', '/api/v1/can?permission=project:create', viewer)).body).toMatchObject({ allowed: false });
  expect((await http('GET', '/api/v1/can?permission=project:create', owner)).body).toMatchObject({
    allowed: true,
    because: expect.stringContaining('owner'),
  });
});

test('a role for one environment holds there and nowhere else', async () => {
  const { body } = await http('POST', '/api/v1/tokens', owner, { name: 'narrow', role: 'viewer' });
  const subject = { kind: 'service-account', id: 'narrow' };
  await http('PUT', '/api/v1/grants', owner, { subject, role: 'engineer', project: 'jaffle', environment: 'dev' });
  const narrow = String(body['secret']);
  const plan = await http('POST', '/api/v1/projects/jaffle/environments/dev/plans', narrow, {});
  expect(plan.body['code']).toBe('not-found');
  expect((await http('POST', '/api/v1/projects/jaffle/environments', narrow, { environment: 'prod' })).status).toBe(
    403,
  );
});

test('a revoked token is refused within a second, an expired one at once', async () => {
  const { body } = await http('POST', '/api/v1/tokens', owner, { name: 'brief', role: 'viewer' });
  const { id } = body['token'] as { id: string };
  const brief = String(body['secret']);
  expect((await http('GET', '/api/v1/projects', brief)).status).toBe(200);
  expect((await http('DELETE', `/api/v1/tokens/${id}`, owner)).body).toMatchObject({ revokedAt: expect.any(String) });
  const deadline = Date.now() + 10_000;
  while ((await http('GET', '/api/v1/projects', brief)).status !== 401) expect(Date.now()).toBeLessThan(deadline);
  const made = await http('POST', '/api/v1/tokens', owner, { name: 'expired', role: 'viewer', days: 1 });
  await stack.sql(
    `set session_replication_role = replica; update identity.service_token set expires_at = now() - interval '1 second' where name = 'expired'; set session_replication_role = default`,
  );
  expect((await http('GET', '/api/v1/projects', String(made.body['secret']))).status).toBe(401);
});

test('a secret variable is never shown, and its plaintext is nowhere in the database', async () => {
  const shown = await http('PUT', '/api/v1/projects/jaffle/environments/dev/variables/DB_PASSWORD', owner, {
    value: 'correct horse battery',
    secret: true,
  });
  expect(shown.body).toMatchObject({ variables: [{ name: 'DB_PASSWORD', secret: true }] });
  const dump =
    JSON.stringify(await stack.sql('select * from identity.environment_variable')) +
    JSON.stringify(await stack.sql('select envelope from identity.outbox'));
  expect(dump).not.toContain('correct horse');
  expect(dump).not.toContain(Buffer.from('correct horse').toString('hex'));
  expect(
    (
      await http('PUT', '/api/v1/projects/jaffle/environments/dev/variables/PIN', owner, {
        value: '1234',
        secret: true,
      })
    ).body['code'],
  ).toBe('contract.invalid');
});

test.each([
  ['an unknown field', 'POST', '/api/v1/projects', { project: 'x', colour: 'red' }, 400, 'colour'],
  ['broken JSON', 'POST', '/api/v1/projects', '{"project": ', 400, 'not JSON'],
  ['a body that is no object', 'POST', '/api/v1/projects', '[1]', 400, 'not a JSON object'],
  ['a bad slug', 'POST', '/api/v1/projects', { project: 'No Slug!' }, 400, 'pattern'],
  ['a cursor nobody gave out', 'GET', '/api/v1/projects?cursor=zzz', undefined, 400, 'cursor'],
  ['a limit that is no number', 'GET', '/api/v1/projects?limit=many', undefined, 400, 'integer'],
  ['a place that is not', 'GET', '/api/v1/nothing', undefined, 404, 'nothing is at'],
  ['a wrong method', 'PATCH', '/api/v1/projects', undefined, 405, 'takes GET, POST'],
  [
    'an environment that is not',
    'GET',
    '/api/v1/projects/jaffle/environments/nope/plans',
    undefined,
    404,
    'no environment jaffle/nope',
  ],
])('%s is a problem that says what was wrong', async (_, method, path, body, status, words) => {
  const answer = await http(method, path, owner, body, { 'x-request-id': 'mine-1' });
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).toContain(words);
  expect(answer.body).toMatchObject({ requestId: 'mine-1', code: expect.any(String) });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
});

const routed = (operations as readonly Operation[]).filter(({ path }) => path);
const filled = ({ path }: Operation) =>
  path!.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) =>
      ({
        project: 'jaffle',
        environment: 'dev',
        snapshot: 'latest',
        digest: `sha256:${'0'.repeat(64)}`,
        asset: 'orders',
        name: 'X',
      })[name] ?? nobodys,
  );

test.each(routed.map((operation) => ({ id: operation.id, operation })))(
  '$id asks for a token',
  async ({ operation }) => {
    expect((await http(operation.method!, filled(operation), undefined)).status).toBe(401);
  },
);
