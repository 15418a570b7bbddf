import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gateway } from '@headgate/gateway';
import { identity } from '@headgate/identity';
import { Jar, startStack, type Stack } from '@headgate/testing';

let stack: Stack;
let owner: string;

beforeAll(async () => {
  stack = await startStack([identity, gateway]);
  owner = stack.host.bootstrap.token;
  await api('POST', '/api/v1/projects', { project: 'jaffle' });
}, 60_000);
afterAll(() => stack?.stop());

const api = (method: string, path: string, body?: object, token = owner) =>
  stack.http<Record<string, string>>(method, path, body, { token });

const linkFor = async (person?: string): Promise<string> =>
  (await api('POST', '/api/v1/links', person ? { person } : {})).body['token']!;
const browser = () => new Jar(stack.serving.url!);

async function signedIn(person?: string): Promise<Jar> {
  const jar = browser();
  await jar.follow(`/auth/link?token=${await linkFor(person)}`);
  return jar;
}

const leaves = async (type: string) =>
  (
    await stack.sql<{ envelope: string }>(`select envelope from identity.outbox where type = $1 order by ordinal`, [
      type,
    ])
  ).map(({ envelope }) => JSON.parse(envelope));

test('the printed link signs the owner in through the provider, once, and is told to nobody on the way', async () => {
  const jar = browser();
  const token = await linkFor();
  const way = await jar.follow(`/auth/link?token=${token}`);
  const paths = way.map(({ url }) => new URL(url).pathname.replace(/(interaction|auth)\/[\w-]{20,}$/, '$1/…'));
  expect(paths).toEqual(['/auth/link', '/oidc/auth', '/oidc/interaction/…', '/oidc/auth/…', '/auth/callback', '/']);
  expect(way.slice(1).some(({ url }) => url.includes(token))).toBe(false);
  expect(new URL(way[1]!.url).searchParams.get('code_challenge_method')).toBe('S256');
  const session = await jar.json('/auth/session');
  expect(session.body).toMatchObject({
    person: { id: 'owner', name: 'Owner' },
    org: { slug: 'default', name: 'Default' },
    permissions: expect.arrayContaining(['plan:confirm', 'token:create']),
    grants: [{ role: 'owner' }],
  });
  expect((await jar.json('/api/v1/projects')).status).toBe(200);

  const thief = browser();
  expect((await thief.follow(`/auth/link?token=${token}`)).at(-1)!.url).toMatch(/\/sign-in\?reason=link-used$/);
  expect((await thief.json('/auth/session')).status).toBe(401);
  const opened = await leaves('session.opened');
  expect(opened.at(-1)).toMatchObject({
    actor: { kind: 'person', id: 'owner' },
    data: { person: 'owner', by: 'link' },
  });
  expect(await leaves('session.refused')).toMatchObject([{ data: { because: 'the link was used before' } }]);
});

test('of ten who open the same link at once, one is signed in', async () => {
  const token = await linkFor();
  const jars = Array.from({ length: 10 }, browser);
  await Promise.all(jars.map((jar) => jar.follow(`/auth/link?token=${token}`)));
  const statuses = await Promise.all(jars.map(async (jar) => (await jar.json('/auth/session')).status));
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
});

test('only a digest of the cookie is kept, and the cookie is out of reach for scripts', async () => {
  const jar = await signedIn();
  const { secret, attributes } = jar.session();
  expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Lax', 'Path=/']));
  const tables = ['web_session', 'sign_in_link', 'outbox'].map(
    (table) => `select t::text as row from identity.${table} t`,
  );
  const rows = await stack.sql<{ row: string }>(tables.join(' union all '));
  expect(rows.filter(({ row }) => row.includes(secret) || row.includes('hgl_'))).toEqual([]);
});

test('a sign-in makes a new cookie, and the one before is worth nothing', async () => {
  const jar = await signedIn();
  const before = jar.session().secret;
  await jar.follow(`/auth/link?token=${await linkFor()}`);
  expect(jar.session().secret).not.toBe(before);
  expect((await jar.json('/auth/session')).status).toBe(200);
  expect((await browser().with(before).json('/auth/session')).status).toBe(401);
  expect((await leaves('session.closed')).at(-1)).toMatchObject({ data: { because: 'signed-in-again' } });
});

test('signing out ends the session at once, for the cookie too that somebody copied', async () => {
  const jar = await signedIn();
  const { secret } = jar.session();
  expect((await jar.json('/auth/session')).status).toBe(200);
  expect((await jar.json('/auth/sign-out', { method: 'POST' })).status).toBe(204);
  expect((await browser().with(secret).json('/api/v1/org')).status).toBe(401);
  expect((await leaves('session.closed')).at(-1)).toMatchObject({ data: { because: 'signed-out' } });
});

test('a person sees their own open sessions and ends another of them; nobody else’s', async () => {
  await api('POST', '/api/v1/people', { id: 'bea', name: 'Bea', role: 'viewer', project: 'jaffle' });
  const [here, there, foreign] = [await signedIn('bea'), await signedIn('bea'), await signedIn()];
  const idOf = async (jar: Jar) => String((await jar.json('/auth/session')).body['session']);
  const listed = async () =>
    ((await here.json('/api/v1/sessions')).body['items'] as { id: string }[]).map(({ id }) => id);
  expect(await listed()).toEqual([await idOf(there), await idOf(here)]);
  const end = async (jar: Jar) => (await here.json(`/api/v1/sessions/${await idOf(jar)}`, { method: 'DELETE' })).status;
  expect(await end(foreign)).toBe(404);
  expect(await end(there)).toBe(200);
  expect(await listed()).toEqual([await idOf(here)]);
  const over = Date.now() + 10_000;
  while ((await there.json('/auth/session')).status !== 401) expect(Date.now()).toBeLessThan(over);
  expect((await foreign.json('/auth/session')).status).toBe(200);
  expect((await leaves('session.closed')).at(-1)).toMatchObject({
    actor: { kind: 'person', id: 'bea' },
    data: { person: 'bea', because: 'ended' },
  });
});

test.each([
  ['no header of ours', { 'x-headgate-request': '' }],
  ['another origin', { origin: 'https://evil.example' }],
  ['an opaque origin', { origin: 'null' }],
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['neither origin nor site', { origin: '' }],
])('a change by cookie is refused with %s', async (_, headers) => {
  const jar = await signedIn();
  const refused = await jar.json('/api/v1/projects', { method: 'POST', body: { project: 'forged' }, headers });
  expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden', where: 'x-headgate-request' } });
  expect((await jar.json('/auth/sign-out', { method: 'POST', headers })).status).toBe(403);
  const meant = await jar.json('/api/v1/projects', { method: 'POST', body: { project: 'jaffle' } });
  expect(meant.status).toBe(200);
});

test.each([
  '//evil.example',
  '/\\evil.example',
  'https://evil.example',
  '/\t/evil.example',
  '/auth/sign-in',
  '/.//evil.example',
])('nobody is sent on to %j', async (wanted) => {
  const jar = browser();
  const token = await linkFor();
  const way = await jar.follow(`/auth/link?${new URLSearchParams({ token, return_to: wanted })}`);
  expect(way.at(-1)!.url).toBe(`${stack.serving.url}/`);
});

test('after signing in one is where one wanted to be, also when the link was pasted into the form', async () => {
  const jar = browser();
  const wanted = '/e/jaffle/dev/plans?filter=run#x';
  const away = await jar.follow(`/auth/sign-in?${new URLSearchParams({ return_to: wanted })}`);
  const page = new URL(away.at(-1)!.url);
  expect([page.pathname, page.searchParams.get('return_to')]).toEqual(['/sign-in', wanted]);
  const form = new URLSearchParams({
    token: `${stack.serving.url}/auth/link?token=${await linkFor()}`,
    return_to: wanted,
  });
  const foreign = await jar.follow('/auth/link', { form, headers: { origin: 'https://evil.example' } });
  expect(foreign.at(-1)!.status).toBe(403);
  expect((await jar.follow('/auth/link', { form })).at(-1)!.url).toBe(`${stack.serving.url}${wanted}`);
});

test('a callback that nobody here began signs nobody in', async () => {
  const victim = browser();
  const begun = await victim.follow('/auth/sign-in', { until: '/oidc/auth' });
  const state = new URL(begun.at(-1)!.url).searchParams.get('state');
  const callback = `/auth/callback?code=made-up&state=${state}&iss=${encodeURIComponent(`${stack.serving.url}/oidc`)}`;
  expect((await browser().follow(callback)).at(-1)!.url).toMatch(/\/sign-in\?reason=failed$/);
  expect((await victim.follow(callback)).at(-1)!.url).toMatch(/\/sign-in\?reason=failed$/);
  expect((await victim.json('/auth/session')).status).toBe(401);
});

test('what people may do by cookie is what their grants say, and a refusal is in the audit', async () => {
  const place = { project: 'jaffle' };
  await api('POST', '/api/v1/people', { id: 'ada', name: 'Ada', email: 'ada@example.com', role: 'viewer', ...place });
  const jar = await signedIn('ada');
  expect((await jar.json('/auth/session')).body).toMatchObject({ grants: [{ role: 'viewer', project: 'jaffle' }] });
  expect((await jar.json('/api/v1/projects/jaffle')).status).toBe(200);
  const refused = await jar.json('/api/v1/projects', { method: 'POST', body: { project: 'mine' } });
  expect(refused.status).toBe(403);
  expect((await leaves('access.denied')).at(-1)).toMatchObject({ actor: { kind: 'person', id: 'ada' } });
});

test('nobody makes a link for somebody who may do more', async () => {
  await api('POST', '/api/v1/people', { id: 'boss', name: 'Boss', role: 'owner' });
  const { body } = await api('POST', '/api/v1/tokens', { name: 'an admin', role: 'admin' });
  expect((await api('POST', '/api/v1/links', { person: 'boss' }, body['secret'])).status).toBe(403);
  expect((await api('POST', '/api/v1/links', { person: 'nobody' })).status).toBe(404);
  expect((await api('POST', '/api/v1/links', {}, body['secret'])).status).toBe(400);
});

test.each([
  [`expires_at = now()`, 'its two weeks are over'],
  [`seen_at = now() - interval '25 hours'`, 'nobody used it for a day'],
])('a session ends when %s', async (change) => {
  const jar = await signedIn();
  await stack.sql(`update identity.web_session set ${change}`);
  expect((await jar.json('/auth/session')).status).toBe(401);
});

test('sessions outlive a restart; a link that is too old does not sign in', async () => {
  const jar = await signedIn();
  const token = await linkFor();
  await stack.restart();
  expect((await browser().with(jar.session().secret).json('/auth/session')).status).toBe(200);
  await stack.sql(
    `begin; update identity.sign_in_link set expires_at = now() where used_at is null;
     select set_config('app.leaf', pg_current_xact_id()::text, true); commit`,
  );
  const late = browser();
  expect((await late.follow(`/auth/link?token=${token}`)).at(-1)!.url).toMatch(/reason=link-expired$/);
  expect((await late.follow(`/auth/link?token=hgl_${'x'.repeat(43)}`)).at(-1)!.url).toMatch(/reason=link-unknown$/);
});
