import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, jest, test } from '@jest/globals';

jest.setTimeout(60_000);
const path = (relative: string) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));
const id = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The program at a server that answers like this; the API's own behaviour is tested with the API. */
async function logs(answer: Answer) {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const node = ['-C', 'source', '--import', path('tools/register.js'), path('apps/cli/src/main.ts')];
  const child = spawn(process.execPath, [...node, 'logs', '-f', id], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], HEADGATE_URL: url, HEADGATE_TOKEN: 'hg_x' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { child, ended: ended.then(([out, err, [code]]) => ({ out, err, code: code as number })) };
}

const line = (seq: number) => ({ seq, at: '2026-11-21T10:00:00Z', attempt: 1, level: 'info', text: `line ${seq}` });
const json = (response: ServerResponse, value: unknown) =>
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value));

test('a server that goes away and comes back loses no line and repeats none', async () => {
  const asked: string[] = [];
  const { ended } = await logs(({ url = '' }, response) => {
    const after = new URL(url, 'http://x').searchParams.get('after');
    asked.push(after ?? 'run');
    if (after === null) json(response, { id, kind: 'plan', status: 'succeeded', finishedAt: '2026-11-21T10:00:01Z' });
    else if (after === '2' && asked.filter((one) => one === '2').length === 1) response.socket?.destroy();
    else if (after === '2' && asked.filter((one) => one === '2').length === 2) response.writeHead(503).end();
    else
      json(response, after === '0' ? { items: [line(1), line(2)], ended: false } : { items: [line(3)], ended: true });
  });
  expect(await ended).toEqual({ code: 0, out: 'line 1\nline 2\nline 3\n', err: '' });
  expect(asked).toEqual(['0', '2', '2', '2', 'run']);
});

test('a run that failed while it was followed ends with 1, and why', async () => {
  const { ended } = await logs(({ url }, response) =>
    json(
      response,
      url?.includes('/logs')
        ? { items: [], ended: true }
        : { id, kind: 'plan', status: 'failed', reason: 'no disk', finishedAt: '2026-11-21T10:00:01Z' },
    ),
  );
  expect(await ended).toEqual({ code: 1, out: '', err: 'the run failed: no disk\n' });
});

test('an interrupt, even twice at once, ends the following and says that the run goes on', async () => {
  const { promise: isAsked, resolve } = Promise.withResolvers<void>();
  const { child, ended } = await logs(() => resolve());
  await isAsked;
  child.kill('SIGINT');
  child.kill('SIGINT');
  expect(await ended).toEqual({
    code: 130,
    out: '',
    err: `\nthe run goes on; follow it with: headgate logs -f ${id}\n`,
  });
});
