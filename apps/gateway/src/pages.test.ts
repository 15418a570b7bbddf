import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGunzip } from 'node:zlib';
import { startStack, type Stack } from '@headgate/testing';
import { gateway } from './gateway.module.ts';

type Page = (request: IncomingMessage, response: ServerResponse) => void;

let stack: Stack;
let pages: Server;
let page: Page;

beforeAll(async () => {
  pages = createServer((request, response) => page(request, response)).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  const upstream = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  stack = await startStack([gateway], { web: { upstream } });
}, 60_000);
afterAll(async () => {
  await stack?.stop();
  pages.close();
});

function open(path: string, headers: Record<string, string> = {}, method = 'GET', body?: string) {
  const outgoing = httpRequest(`${stack.serving.url}${path}`, { method, headers });
  outgoing.end(body);
  return once(outgoing, 'response').then(([response]) => response as IncomingMessage);
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

test('a page comes with a policy whose nonce the page was told, and runs nothing inline', async () => {
  page = ({ headers }, response) =>
    response.setHeader('content-type', 'text/html').end(`${headers['x-nonce']} ${headers['content-security-policy']}`);
  const first = await open('/e/jaffle/dev/catalog?q=orders');
  const [nonce, ...told] = (await textOf(first)).split(' ');
  expect(told.join(' ')).toBe(first.headers['content-security-policy']);
  expect(told.join(' ')).toContain(`script-src 'self' 'nonce-${nonce}';`);
  expect(first.headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' });
  expect(await textOf(await open('/'))).not.toContain(nonce);
});

test('the pages see where they are, never a token; what belongs to one connection stays there', async () => {
  page = ({ url, headers }, response) => {
    response.writeHead(200, { connection: 'keep-alive, x-hop', 'x-hop': '1', 'set-cookie': ['a=1', 'b=2'] });
    response.end(JSON.stringify({ url, headers }));
  };
  const given = { authorization: 'Bearer hg_secret_secret', cookie: 'theme=dark', te: 'trailers' };
  const answer = await open('/a%2Fb?x=%20y', given);
  const seen = JSON.parse(await textOf(answer));
  const host = new URL(stack.serving.url!).host;
  expect(seen.url).toBe('/a%2Fb?x=%20y');
  expect(seen.headers).toMatchObject({ host, 'x-forwarded-host': host, 'x-forwarded-proto': 'http' });
  expect(seen.headers).toMatchObject({ cookie: 'theme=dark', 'x-request-id': answer.headers['x-request-id'] });
  expect([seen.headers.authorization, seen.headers.te, answer.headers['x-hop']]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
});

test('bytes arrive as they are written, and whoever leaves ends the work', async () => {
  let left: Promise<unknown> | undefined;
  page = (_request, response) => {
    left = once(response, 'close');
    response.write('the first part');
  };
  const answer = await open('/slow');
  expect(String((await once(answer, 'data'))[0])).toBe('the first part');
  answer.destroy();
  await left;
});

const gzipped = { 'accept-encoding': 'br, gzip' };

test('text travels packed to whoever takes it, part by part, and other bytes as they are', async () => {
  page = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', etag: '"1"', vary: 'rsc' });
    response.write('the first part ');
  };
  const answer = await open('/parts', gzipped);
  expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', etag: 'W/"1"', vary: 'rsc, accept-encoding' });
  const unpacked = answer.pipe(createGunzip());
  expect(String((await once(unpacked, 'data'))[0])).toBe('the first part ');
  answer.destroy();

  page = (_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('x'.repeat(5000));
  expect((await open('/x.png', gzipped)).headers['content-encoding']).toBeUndefined();
  page = (_request, response) => response.writeHead(200, { 'content-type': 'text/css' }).end('x'.repeat(5000));
  for (const refusing of ['gzip;q=0', 'gzip; q=0.0, br', 'br', '']) {
    const plain = await open('/x.css', { 'accept-encoding': refusing });
    expect([plain.headers['content-encoding'], (await textOf(plain)).length]).toEqual([undefined, 5000]);
  }
});

test('a long answer of the API travels packed, a short one does not', async () => {
  const long = await open('/api/v1/openapi.json', gzipped);
  expect(long.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(JSON.parse(await textOf(long.pipe(createGunzip()) as never))).toMatchObject({ openapi: expect.any(String) });
  expect((await open('/healthz', gzipped)).headers['content-encoding']).toBeUndefined();
});

test.each([204, 304, 404, 500])('status %i passes', async (status) => {
  page = (_request, response) => response.writeHead(status, { etag: '"1"' }).end(status === 204 ? undefined : 'x');
  const answer = await open('/x');
  expect([answer.statusCode, answer.headers.etag]).toEqual([status, '"1"']);
  await textOf(answer);
});

test('a body of any type goes through, from our own origin only', async () => {
  page = (request, response) => void request.pipe(response);
  const post = (headers: Record<string, string>) =>
    open('/act', { 'content-type': 'text/x-odd', ...headers }, 'POST', 'x=1');
  expect(await textOf(await post({ origin: stack.serving.url! }))).toBe('x=1');
  for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }] as Record<string, string>[]) {
    const refused = await post(headers);
    expect([refused.statusCode, JSON.parse(await textOf(refused)).code]).toEqual([403, 'forbidden']);
  }
});

test('HEAD has the headers and no body', async () => {
  page = (_request, response) => response.setHeader('content-length', '5').end('12345');
  const answer = await open('/x', {}, 'HEAD');
  expect([answer.statusCode, answer.headers['content-length'], await textOf(answer)]).toEqual([200, '5', '']);
});

test.each(['/api/v1/nothing', '/api', '/auth/nothing', '/events/x', '/oidc-not?'])(
  'what belongs to the API and is not there never reaches the pages: %s',
  async (path) => {
    page = (_request, response) => response.end('page');
    const text = await textOf(await open(path));
    if (path.startsWith('/oidc-not')) expect(text).toBe('page');
    else expect(JSON.parse(text)).toMatchObject({ status: 404, detail: expect.stringContaining('nothing is at') });
  },
);

test('pages that are down are said to be, and come back', async () => {
  const { port } = pages.address() as AddressInfo;
  page = (_request, response) => response.end('up');
  await textOf(await open('/'));
  pages.closeAllConnections();
  await new Promise((resolve) => pages.close(resolve));
  const answer = await open('/');
  expect(JSON.parse(await textOf(answer))).toMatchObject({
    status: 503,
    detail: 'the server of the pages does not answer (ECONNREFUSED)',
  });
  const seen = await open('/e/jaffle/dev?q=<b>', { accept: 'text/html,*/*' });
  expect(seen).toMatchObject({
    statusCode: 503,
    headers: { 'content-type': 'text/html; charset=utf-8', 'x-frame-options': 'DENY', 'retry-after': '3' },
  });
  expect(await textOf(seen)).toMatch(/http-equiv="refresh"[^]*The pages are away for a moment[^]*ECONNREFUSED/);
  await once(pages.listen(port, '127.0.0.1'), 'listening');
  expect(await textOf(await open('/'))).toBe('up');
});
