import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gateway } from '@headgate/gateway';
import { identity } from '@headgate/identity';
import { freePort, Jar, startStack, type Stack } from '@headgate/testing';
import Provider from 'oidc-provider';

/** Somebody else's OpenID provider, which signs in whoever `arriving` says without asking. */
let arriving: { sub: string; email: string; email_verified: boolean; name: string };
let outside: Server;
let stack: Stack;

// It warns of every setting that is left at its default; here all of them are.
jest.spyOn(console, 'warn').mockImplementation(() => undefined);
jest.spyOn(console, 'info').mockImplementation(() => undefined);

beforeAll(async () => {
  const port = await freePort();
  const issuer = await startProvider(`http://127.0.0.1:${port}/auth/callback`);
  const oidc = { issuer, clientId: 'headgate', clientSecret: 's'.repeat(40), name: 'Larkfield' };
  stack = await startStack([identity, gateway], { oidc, http: { host: '127.0.0.1', port } });
  const ada = { id: 'ada', name: 'Ada', email: 'Ada@Example.com', role: 'viewer' };
  const made = await fetch(`${stack.serving.url}/api/v1/people`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.host.bootstrap.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(ada),
  });
  expect(made.status).toBe(200);
}, 60_000);
afterAll(async () => {
  await stack?.stop();
  outside.close();
});

async function startProvider(callback: string): Promise<string> {
  outside = createServer().listen(0, '127.0.0.1');
  await once(outside, 'listening');
  const issuer = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'headgate', client_secret: 's'.repeat(40), redirect_uris: [callback] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/enter/${uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...arriving, sub }) }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ clientId: 'headgate', accountId: oidc.session!.accountId! });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  outside.on('request', (request, response) => {
    if (!request.url!.startsWith('/enter/')) return void provider.callback()(request, response);
    void provider.interactionFinished(request, response, { login: { accountId: arriving.sub } });
  });
  return issuer;
}

async function arrive(sub: string, email: string, email_verified = true): Promise<{ jar: Jar; last: string }> {
  arriving = { sub, email, email_verified, name: 'Somebody' };
  const jar = new Jar(stack.serving.url!);
  const way = await jar.follow('/auth/sign-in?return_to=/e/jaffle/dev');
  return { jar, last: way.at(-1)!.url.replace(stack.serving.url!, '') };
}

const refusals = async () =>
  (
    await stack.sql<{ envelope: string }>(
      `select envelope from identity.outbox where type = 'session.refused' order by ordinal`,
    )
  ).map(({ envelope }) => JSON.parse(envelope).data.because as string);

test('the page is told of the provider, and links do not sign in', async () => {
  const jar = new Jar(stack.serving.url!);
  expect((await jar.json('/auth/methods')).body).toEqual({ link: false, provider: { name: 'Larkfield' } });
  expect((await jar.follow(`/auth/link?token=hgl_${'x'.repeat(43)}`)).at(-1)!.url).toContain('reason=link-unknown');
  expect((await jar.json('/oidc/.well-known/openid-configuration')).status).toBe(404);
});

test('whoever was let in by their address signs in, and from then on as who they are there', async () => {
  const first = await arrive('subject-1', 'ada@example.com');
  expect(first.last).toBe('/e/jaffle/dev');
  expect((await first.jar.json('/auth/session')).body).toMatchObject({ person: { id: 'ada' } });
  const renamed = await arrive('subject-1', 'ada.lovelace@example.com');
  expect((await renamed.jar.json('/auth/session')).body).toMatchObject({ person: { id: 'ada' } });
});

test('nobody else does: not with the address of somebody known, not with one that is not verified, not as a stranger', async () => {
  const taken = await arrive('subject-2', 'ada@example.com');
  const unverified = await arrive('subject-3', 'ada@example.com', false);
  const stranger = await arrive('subject-4', 'eve@example.com');
  for (const { jar, last } of [taken, unverified, stranger]) {
    expect(last).toMatch(/^\/sign-in\?reason=denied/);
    expect((await jar.json('/auth/session')).status).toBe(401);
  }
  expect(await refusals()).toEqual([
    'nobody let them in',
    'their e-mail address is not verified: ada@example.com',
    'nobody let them in: eve@example.com',
  ]);
});

test('a provider that is away is said to be, and is asked again', async () => {
  const { issuer } = stack.host.oidc!;
  await new Promise((resolve) => (outside.close(resolve), outside.closeAllConnections()));
  await stack.restart();
  const jar = new Jar(stack.serving.url!);
  expect((await jar.follow('/auth/sign-in')).at(-1)!.url).toContain('reason=unavailable');
  await once(outside.listen(Number(new URL(issuer).port), '127.0.0.1'), 'listening');
  expect((await arrive('subject-1', 'ada@example.com')).last).toBe('/e/jaffle/dev');
});
