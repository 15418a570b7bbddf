import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gateway } from '@headgate/gateway';
import { identity } from '@headgate/identity';
import { Jar, startStack, type Stack } from '@headgate/testing';

const origin = 'https://headgate.example';
const plain = 'http://127.0.0.1:65000';
let stack: Stack;
beforeAll(async () => {
  stack = await startStack([identity, gateway], { web: { origin } });
}, 60_000);
afterAll(() => stack?.stop());

test('behind a proxy that ends TLS, everything is said of the address that people know, and cookies are for https only', async () => {
  const headers = { authorization: `Bearer ${stack.host.bootstrap.token}`, 'content-type': 'application/json' };
  const made = await fetch(`${stack.serving.url}/api/v1/links`, { method: 'POST', headers, body: '{}' });
  const { token } = (await made.json()) as { token: string };
  const jar = new Jar(stack.serving.url!, origin);
  const way = await jar.follow(`/auth/link?token=${token}`);
  expect(way.every(({ url }) => url.startsWith(`${origin}/`))).toBe(true);
  expect(way.at(-1)!.url).toBe(`${origin}/`);
  expect(jar.session().attributes).toEqual(expect.arrayContaining(['Secure', 'Path=/']));
  expect(jar.header('/')).toMatch(/__Host-headgate=/);
  const by = (from: string) => ({ method: 'POST', body: { project: 'jaffle' }, headers: { origin: from } });
  expect((await jar.json('/api/v1/projects', by(origin))).status).toBe(200);
  expect((await jar.json('/api/v1/projects', by(new URL(stack.serving.url!).origin))).status).toBe(403);
});

test('behind a plain proxy a session outlives a restart that makes the server listen on another port', async () => {
  const behind = await startStack([identity, gateway], { web: { origin: plain } });
  try {
    const { body } = await behind.http<{ token: string }>('POST', '/api/v1/links', {});
    const before = behind.serving.url!;
    const jar = new Jar(before, plain);
    await jar.follow(`/auth/link?token=${body.token}`);
    const cookie = jar.header('/');
    expect(cookie).toMatch(/headgate-65000=/);
    await behind.restart();
    expect(behind.serving.url).not.toBe(before);
    const { status } = await behind.http('GET', '/auth/session', undefined, { token: '', headers: { cookie } });
    expect(status).toBe(200);
  } finally {
    await behind.stop();
  }
}, 60_000);
