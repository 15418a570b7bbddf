import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../.github/actions/plan/comment.mjs', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'headgate-comment-'));
let server: Server;
let comments: { body: string; url: string }[] = [];
const asked: string[] = [];

/** Stands for the comments of one pull request, as GitHub's REST API pages and changes them. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as { body: string }) : null;
      asked.push(request.method ?? '');
      const at = Number(/\/(\d+)$/.exec(url.pathname)?.[1] ?? -1);
      if (request.method === 'POST') comments.push({ body: sent!.body, url: `${base()}/comments/${comments.length}` });
      if (request.method === 'PATCH') comments[at] = { ...comments[at]!, body: sent!.body };
      const page = Number(url.searchParams.get('page') ?? 1);
      response.end(JSON.stringify(request.method === 'GET' ? comments.slice((page - 1) * 100, page * 100) : {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.close();
  rmSync(work, { recursive: true, force: true });
});

const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function post(text: string, marker: string): Promise<void> {
  const file = join(work, 'comment.md');
  writeFileSync(file, text);
  const env = { GITHUB_TOKEN: 'secret', COMMENTS: `${base()}/comments`, MARKER: marker, FILE: file };
  await promisify(execFile)(process.execPath, [script], { env, timeout: 60_000 });
}

test('a pull request keeps one comment about each plan, rewritten in place, and untouched when it says the same', async () => {
  comments = Array.from({ length: 130 }, (_, i) => ({ body: `somebody's ${i}`, url: `${base()}/comments/${i}` }));
  await post('### Plan: 3 run', 'shop');
  await post('### Plan: 2 run', 'shop');
  await post('### Plan: 2 run', 'shop');
  await post('### Plan: 9 run', 'lake');
  expect(comments.slice(130).map(({ body }) => body)).toEqual([
    '<!-- headgate plan: shop -->\n### Plan: 2 run',
    '<!-- headgate plan: lake -->\n### Plan: 9 run',
  ]);
  expect(asked.filter((method) => method !== 'GET')).toEqual(['POST', 'PATCH', 'POST']);
}, 120_000);
