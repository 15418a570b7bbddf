import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gateway } from '@headgate/gateway';
import { identity } from '@headgate/identity';
import { Jar, startStack, type Stack } from '@headgate/testing';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack([identity, gateway]);
}, 60_000);
afterAll(() => stack?.stop());

async function make(body: object, token = stack.host.bootstrap.token) {
  const response = await fetch(`${stack.serving.url}/api/v1/orgs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, never> };
}

async function signedIn(token: string): Promise<Jar> {
  const jar = new Jar(stack.serving.url!);
  await jar.follow(`/auth/link?token=${token}`);
  return jar;
}

/** Who did what, in whose record, oldest first. */
const leaves = async (slug: string) =>
  (
    await stack.sql<{ envelope: string }>(
      `select b.envelope from identity.outbox b join identity.organization o on o.org_id = b.org_id
       where o.slug = $1 order by b.ordinal`,
      [slug],
    )
  )
    .map(({ envelope }) => JSON.parse(envelope))
    .map(({ actor, type }) => `${actor.id} ${type}`);

test('the operator makes an organization; its owner comes by the link, owns it, and sees nothing of the first', async () => {
  const { status, body } = await make({ slug: 'north', name: 'The North', owner: 'ned' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ owner: 'ned', org: { slug: 'north', name: 'The North' } });
  const jar = await signedIn(body['token']!);
  expect((await jar.json('/auth/session')).body).toMatchObject({
    person: { id: 'ned' },
    org: { slug: 'north', name: 'The North' },
    grants: [{ role: 'owner' }],
  });
  expect((await jar.json('/api/v1/projects')).body).toEqual({ items: [] });
  expect((await jar.json('/api/v1/projects', { method: 'POST', body: { project: 'wall' } })).status).toBe(200);
  expect((await leaves('default')).at(-1)).toBe('owner org.created');
  expect((await leaves('north')).slice(0, 4)).toEqual([
    'identity org.created',
    'identity person.created',
    'identity grant.changed',
    'identity link.created',
  ]);
});

test('an owner of another organization makes none, and hears nothing of which there are', async () => {
  const { body } = await make({ slug: 'south', owner: 'oberyn' });
  const jar = await signedIn(body['token']!);
  const asked = (slug: string) => jar.json('/api/v1/orgs', { method: 'POST', body: { slug, owner: 'oberyn' } });
  const [there, nowhere] = [await asked('north'), await asked('nowhere')];
  expect([there.status, nowhere.status]).toEqual([403, 403]);
  expect({ ...there.body, requestId: '' }).toEqual({ ...nowhere.body, requestId: '' });
  expect((await leaves('south')).at(-1)).toBe('oberyn access.denied');
});

test('an admin of the first organization makes none either', async () => {
  const response = await fetch(`${stack.serving.url}/api/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.host.bootstrap.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'an admin', role: 'admin' }),
  });
  const { secret } = (await response.json()) as { secret: string };
  expect((await make({ slug: 'east', owner: 'mel' }, secret)).status).toBe(403);
});

test('a link that nobody used is replaced by asking again, until somebody has signed in', async () => {
  const [first, again] = [await make({ slug: 'west', owner: 'cersei' }), await make({ slug: 'west', owner: 'cersei' })];
  expect(again.body['org']).toEqual(first.body['org']);
  const jar = await signedIn(again.body['token']!);
  expect((await jar.json('/auth/session')).status).toBe(200);
  expect((await make({ slug: 'west', owner: 'tyrion' })).status).toBe(409);
  expect((await make({ slug: 'default', owner: 'tyrion' })).status).toBe(409);
});

test('of ten who make the same organization at once, every link leads into one', async () => {
  const made = await Promise.all(Array.from({ length: 10 }, () => make({ slug: 'isles', owner: 'yara' })));
  const ids = new Set(
    made.filter(({ status }) => status === 200).map(({ body }) => (body['org'] as unknown as { id: string }).id),
  );
  expect(ids.size).toBe(1);
  const [{ count }] = (await stack.sql<{ count: string }>(
    `select count(*) from identity.organization where slug = 'isles'`,
  )) as [{ count: string }];
  expect(count).toBe('1');
});
