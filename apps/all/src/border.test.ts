import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { request as httpRequest } from 'node:http';
import { type Operation, operations, sha256 } from '@headgate/contracts';
import { gateway } from '@headgate/gateway';
import { graphRead } from '@headgate/graph-read';
import { identity } from '@headgate/identity';
import { ingestion } from '@headgate/ingestion';
import { planner } from '@headgate/planner';
import { startStack, type Stack } from '@headgate/testing';
import fc from 'fast-check';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  body: Record<string, unknown> & { items?: Record<string, string>[]; next?: string };
}

let stack: Stack;
beforeAll(async () => {
  stack = await startStack([identity, ingestion, graphRead, planner, gateway]);
  for (const project of ['jaffle', 'one', 'two', 'three']) await post('/api/v1/projects', { project });
  await post('/api/v1/projects/jaffle/environments', { environment: 'dev' });
}, 60_000);
afterAll(() => stack?.stop());

/** node:http, not fetch: fetch repairs the addresses and headers that this is about. */
function send(
  method: string,
  path: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const { hostname, port } = new URL(stack.serving.url!);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, method, path, headers: { authorization: `Bearer ${stack.host.bootstrap.token}`, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = response.headers['content-type']?.includes('json');
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            text,
            body: isJson ? JSON.parse(text) : {},
          });
          outgoing.destroy();
        });
      },
    );
    outgoing.on('error', reject);
    if (headers['content-length'] && body === undefined) outgoing.flushHeaders();
    else outgoing.end(body);
  });
}
const json = { 'content-type': 'application/json' };
const get = (path: string, headers = {}) => send('GET', path, undefined, headers);
const post = (path: string, body: unknown, headers = {}) =>
  send('POST', path, typeof body === 'string' ? body : JSON.stringify(body), { ...json, ...headers });

test('every answer carries its request id and the headers that keep a browser from making something of it', async () => {
  for (const path of ['/api/v1/org', '/api/v1/nothing', '/healthz', '/api/v1/openapi.json', '/api/v1/%zz']) {
    expect((await get(path)).headers).toMatchObject({
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
  }
  expect((await get('/api/v1/org', { 'x-request-id': 'mine-1' })).headers['x-request-id']).toBe('mine-1');
  const odd = await get('/api/v1/org', { 'x-request-id': 'not "mine"' });
  expect(odd.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('request id and trace reach the event that the request causes', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await post('/api/v1/projects', { project: 'traced' }, { traceparent, 'x-request-id': 'traced-1' });
  const [event] = await stack.sql<{ envelope: string }>(
    `select envelope from identity.outbox where envelope like '%"project":"traced"%'`,
  );
  expect(JSON.parse(event!.envelope)).toMatchObject({ requestid: 'traced-1', traceparent });
});

test('who may not ask is answered before a body is sent', async () => {
  const huge = { 'content-length': String(500 * 1024 ** 2), 'content-type': 'application/octet-stream' };
  const path = `/api/v1/blobs/${sha256('x')}`;
  expect((await send('PUT', path, undefined, { ...huge, authorization: 'Bearer hg_nobody_at_all' })).status).toBe(401);
  const { body } = await post('/api/v1/tokens', { name: 'onlooker', role: 'viewer' });
  expect(
    (await send('PUT', path, undefined, { ...huge, authorization: `Bearer ${String(body['secret'])}` })).status,
  ).toBe(403);
  expect((await send('PUT', path, undefined, { ...huge, 'content-length': String(600 * 1024 ** 2) })).status).toBe(413);
});

test.each(['', 'Bearer', 'Bearer x', 'Basic aGc6aGc=', 'Bearer hg_short', `Bearer hg_${'x'.repeat(300)}`])(
  'authorization %j is no token',
  async (authorization) => {
    const answer = await get('/api/v1/org', { authorization });
    expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': expect.stringContaining('Bearer') } });
  },
);

test.each([
  ['text with NUL', 'POST', '/api/v1/projects', '{"project":"x","name":"a\\u0000b"}', 400, '/name'],
  ['half a surrogate pair', 'POST', '/api/v1/projects', '{"project":"x","name":"\\ud800"}', 400, '/name'],
  ['a key with NUL', 'POST', '/api/v1/projects', '{"a\\u0000":1,"project":"x"}', 400, 'U+0000'],
  ['a prototype', 'POST', '/api/v1/projects', '{"project":"x","__proto__":{"name":"y"}}', 400, '__proto__'],
  [
    'the path again in the body',
    'POST',
    '/api/v1/projects/jaffle/environments',
    '{"project":"one","environment":"x"}',
    400,
    '/project',
  ],
  ['broken JSON', 'POST', '/api/v1/projects', '{\n  "project" "x"}', 400, 'line 2, column 13'],
  ['JSON that ends too early', 'POST', '/api/v1/projects', '{"project": ', 400, 'line 1, column 13'],
  ['absurd nesting', 'POST', '/api/v1/projects', `{"project":${'['.repeat(9999)}${']'.repeat(9999)}}`, 400, 'nested'],
  ['a large body', 'POST', '/api/v1/projects', `{"project":"${'x'.repeat(256 * 1024)}"}`, 413, '/api/v1/blobs'],
  ['NUL in a query', 'GET', '/api/v1/projects?cursor=a%00', undefined, 400, '/cursor'],
  ['a query twice', 'GET', '/api/v1/projects?limit=1&limit=2', undefined, 400, '/limit'],
  ['a query nobody reads', 'GET', '/api/v1/projects?color=red', undefined, 400, 'color'],
  ['a slash inside a name', 'GET', '/api/v1/projects/jaffle%2Fdev', undefined, 400, '/project'],
  ['NUL in a path', 'GET', '/api/v1/projects/jaffle%00', undefined, 400, '/project'],
  ['a broken escape in a path', 'GET', '/api/v1/projects/%zz', undefined, 400, 'zz'],
  [
    'a cursor made up',
    'GET',
    `/api/v1/tokens?cursor=${Buffer.from('["x"]').toString('base64url')}`,
    undefined,
    400,
    'cursor.invalid',
  ],
  ['no such id', 'GET', '/api/v1/plans/1', undefined, 400, '/plan'],
] as const)('%s is a problem that says where', async (_, method, path, body, status, words) => {
  const answer = await send(method, path, body, body === undefined ? {} : json);
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(words)]);
  expect(answer.headers['content-type']).toContain('application/problem+json');
});

test('the largest body that is read is also passed on', async () => {
  const body = JSON.stringify({ project: 'large', name: 'é\u0001"\\'.repeat(20_000) });
  expect(Buffer.byteLength(body)).toBeGreaterThan(200_000);
  expect((await post('/api/v1/projects', body)).status).toBe(200);
});

test('a method that a place does not take is refused with those it takes', async () => {
  expect(await send('DELETE', '/api/v1/projects')).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } });
  expect(await post('/api/v1/openapi.json', {})).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  expect((await send('OPTIONS', '/api/v1/projects')).status).toBe(405);
});

test('a body of another type is refused with the one to send', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await send('POST', '/api/v1/projects', 'project=x', form)).body).toMatchObject({
    code: 'contract.invalid',
    hint: 'send application/json',
  });
  expect((await send('PUT', `/api/v1/blobs/${sha256('x')}`, 'x', form)).body).toMatchObject({
    hint: 'send application/octet-stream',
  });
});

test('bytes are kept under their digest and no other', async () => {
  const bytes = { 'content-type': 'application/octet-stream' };
  const put = (digest: string, body: string) => send('PUT', `/api/v1/blobs/${digest}`, body, bytes);
  expect((await put(sha256('abc'), 'abc')).body).toEqual({ blob: sha256('abc'), bytes: 3 });
  expect((await put(sha256('abc'), 'abc')).body).toEqual({ blob: sha256('abc'), bytes: 3 });
  expect((await put(sha256('abd'), 'abc')).body).toMatchObject({ code: 'blob.mismatch', status: 422 });
});

test('pages follow each other to the end, by cursors of this list alone', async () => {
  const seen: string[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const { body }: Answer = await get(`/api/v1/projects?limit=1${next && `&cursor=${next}`}`);
    seen.push(...body.items!.map(({ project }) => project!));
    next = body.next;
  }
  expect(seen).toEqual([...seen].sort());
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toEqual(expect.arrayContaining(['jaffle', 'one', 'three', 'two']));
  const { next } = (await get('/api/v1/projects?limit=1')).body;
  expect((await get(`/api/v1/projects/jaffle/environments?cursor=${next}`)).body['code']).toBe('cursor.invalid');
  const forged = `${next!.slice(0, -1)}${next!.endsWith('A') ? 'Q' : 'A'}`;
  expect((await get(`/api/v1/projects?cursor=${forged}`)).body['code']).toBe('cursor.invalid');
});

const routed = (operations as readonly Operation[]).filter(({ path }) => path);

test('the description of the API is public and has every route', async () => {
  const { body } = await get('/api/v1/openapi.json', { authorization: '' });
  const described = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual(routed.map(({ method, path }) => `${method} ${path}`).sort());
});

test('whatever is sent, to whatever route, the answer is never that something broke', async () => {
  const answering = ['identity', 'ingestion', 'graph-read', 'planner', 'gateway'];
  const operation = fc.constantFrom(...routed.filter(({ service }) => answering.includes(service)));
  const piece = fc.oneof(
    fc.constantFrom('jaffle', 'dev', 'latest', '..', '%', '\0', '1', "'"),
    fc.string({ minLength: 1 }),
  );
  const names = fc.constantFrom(
    'project',
    'environment',
    'cursor',
    'limit',
    'name',
    'q',
    'subject',
    'role',
    'wait',
    'x',
  );
  const value = fc.oneof(piece, fc.jsonValue(), fc.integer());
  await fc.assert(
    fc.asyncProperty(
      operation,
      fc.array(piece, { minLength: 3, maxLength: 3 }),
      fc.dictionary(names, value, { maxKeys: 4 }),
      async ({ method, path }, pieces, input) => {
        let at = 0;
        const filled = path!.replaceAll(/\{\w+\}/g, () => encodeURIComponent(pieces[at++ % 3]!));
        const query = Object.entries(input).map(
          ([name, one]) => `${name}=${encodeURIComponent(typeof one === 'string' ? one : JSON.stringify(one))}`,
        );
        const answer =
          method === 'GET' || method === 'DELETE'
            ? await send(method, `${filled}?${query.join('&')}`)
            : await send(method!, filled, JSON.stringify(input), json);
        expect([answer.status < 500, answer.text]).toEqual([true, answer.text]);
      },
    ),
    { numRuns: 400 },
  );
}, 60_000);
