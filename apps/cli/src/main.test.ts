import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, parse, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, jest, test } from '@jest/globals';
import { append, keyIdOf, leafHash, rootOf, signCheckpoint } from '@headgate/audit-tree';
import { canonical } from '@headgate/contracts';
import type { Command } from 'commander';
import { programOf } from './program.ts';
import { Terminal } from './terminal.ts';

jest.setTimeout(60_000);
const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'headgate-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program as a user does. */
async function headgate(args: string[], env: Record<string, string> = {}, cwd = folder) {
  const register = pathToFileURL(join(root, 'tools/register.js')).href;
  const child = spawn(
    process.execPath,
    ['-C', 'source', '--import', register, join(root, 'apps/cli/src/main.ts'), ...args],
    {
      cwd,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number, out, err };
}

const commands = [
  'ingest',
  'feeds',
  'openlineage',
  'search',
  'graph',
  'diff',
  'plan',
  'run',
  'runs',
  'logs',
  'dead-letters',
  'limits',
  'datasets',
  'sinks',
  'audit',
  'tokens',
  'link',
  'org',
  'doctor',
  'inspect',
  'select',
  'lineage',
  'explain',
  'verify',
  'feeds add',
  'dead-letters list',
  'dead-letters show',
  'dead-letters replay',
  'dead-letters discard',
  'limits list',
  'limits set',
  'limits remove',
  'datasets list',
  'datasets show',
  'datasets rows',
  'datasets purge',
  'sinks list',
  'sinks show',
  'audit verify',
  'audit export',
  'audit search',
  'audit checkpoint',
  'audit proof',
];

test('--help lists every command, and each has help with examples', async () => {
  const { code, out } = await headgate(['--help']);
  expect(code).toBe(0);
  for (const command of commands.filter((name) => !name.includes(' ')))
    expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  const program = programOf(
    {
      env: {},
      cwd: folder,
      terminal: new Terminal(process.stdin, process.stdout, process.stderr, false),
    },
    '0.0.0',
  );
  for (const name of commands) {
    const command = name
      .split(' ')
      .reduce<Command>((above, one) => above.commands.find((inner) => inner.name() === one)!, program);
    let help = '';
    command.configureOutput({ writeOut: (words) => void (help += words) }).outputHelp();
    expect({ name, help }).toEqual({ name, help: expect.stringContaining('Examples:') });
  }
});

test('--version prints the version of the release', async () => {
  expect(await headgate(['--version'])).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
});

test.each([
  [['--frobnicate'], "unknown option '--frobnicate'"],
  [['frobnicate'], "unknown command 'frobnicate'"],
  [['logs'], "missing required argument 'run'"],
  [['dead-letters', 'discard', 'x'], "required option '--reason <words>' not specified"],
  [['datasets', 'purge', 'x'], "required option '--keep <n>' not specified"],
  [['audit', 'verify', '--key', 'x'], 'are for an export'],
  [['plan', '--base', '.'], 'both --base and --head'],
  [[], 'Usage:'],
])('usage error %j exits 64 and says what is wrong', async (args, words) => {
  const { code, err } = await headgate(args);
  expect({ code, err }).toEqual({ code: 64, err: expect.stringContaining(words) });
});

test('without a server a command says which ways there are to name one', async () => {
  // The folder for scratch may lie inside of an install.
  expect(await headgate(['runs'], {}, parse(folder).root)).toEqual({
    code: 2,
    out: '',
    err: expect.stringMatching(/no server is named[\s\S]*HEADGATE_URL/),
  });
});

test('a server that is not there is nobody to tell', async () => {
  const { code, err } = await headgate(['runs', '--url', 'http://127.0.0.1:9']);
  expect([code, err]).toEqual([3, expect.stringContaining('cannot be reached')]);
});

test('a refusal of the server is shown with cause, hint and request id', async () => {
  const problem = {
    type: 'x',
    title: 'forbidden',
    status: 403,
    code: 'forbidden',
    detail: 'eve has no role',
    hint: 'ask ada',
    requestId: 'r-7',
  };
  const server = createServer((_, response) =>
    response.writeHead(403, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem)),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, err } = await headgate(['audit', 'verify'], { HEADGATE_URL: url, HEADGATE_TOKEN: 'hg_x' });
  server.close();
  expect(code).toBe(1);
  expect(err).toMatch(/error: eve has no role[\s\S]*hint: ask ada[\s\S]*request: r-7/);
});

test('offline commands need no server', async () => {
  const fixtures = join(root, 'libs/testing/fixtures');
  const manifest = join(fixtures, 'artifacts/jaffle-manifest.json.gz');
  expect(await headgate(['inspect', manifest])).toMatchObject({ code: 0, out: expect.stringContaining('manifest') });
  expect(
    await headgate(['select', '--manifest', manifest, '--select', 'orders', '--resource-type', 'model']),
  ).toMatchObject({ code: 0, out: 'model.jaffle.orders\n' });
  expect(await headgate(['select', '--manifest', manifest, '--select', 'nobody'])).toMatchObject({ code: 1 });
  expect(await headgate(['inspect', 'nowhere.json'])).toMatchObject({ code: 3 });
  expect(await headgate(['verify', 'nowhere.json'])).toMatchObject({ code: 3 });
});

/** An export of three leaves, as the server would write it. */
function exported(file: string, keys = generateKeyPairSync('ed25519')): { file: string; key: string } {
  const org = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
  const key = keyIdOf(keys.publicKey);
  let frontier: string[] = [];
  const leaves = [1, 2, 3].map((ordinal) => {
    const envelope = canonical({
      id: `e-${ordinal}`,
      org,
      type: 'plan.proposed',
      service: 'planner',
      ordinal,
      data: { run: 7 },
    });
    frontier = append(frontier, ordinal - 1, leafHash(envelope)).frontier;
    return `{"kind":"leaf","index":${ordinal - 1},"leafHash":"${leafHash(envelope)}","envelope":${envelope}}`;
  });
  const body = { org, size: 3, root: rootOf(frontier), at: '2026-11-21T10:00:00.000Z', previous: null, key };
  const checkpoint = signCheckpoint(body, keys.privateKey);
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const header = { kind: 'header', schemaVersion: '1.0', org, keys: [{ id: key, publicKey }], checkpoint };
  const lines = [JSON.stringify(header), ...leaves, JSON.stringify({ kind: 'checkpoint', ...checkpoint })];
  const path = join(folder, file);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return { file: path, key };
}

test('an export is verified offline: intact, edited, by somebody else, no export at all, not there', async () => {
  const { file, key } = exported('audit.ndjson');
  expect(await headgate(['audit', 'verify', file, '--key', key])).toEqual({
    code: 0,
    out: 'audit verified leaves=3\n',
    err: '',
  });
  expect(await headgate(['audit', 'verify', file, '--checkpoint', file, '--json'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('"ok":true'),
  });
  const other = exported('other.ndjson').file;
  expect(await headgate(['audit', 'verify', other, '--key', key])).toMatchObject({
    code: 1,
    out: expect.stringContaining('key.other'),
  });
  expect(await headgate(['audit', 'verify', other, '--checkpoint', file])).toMatchObject({
    code: 1,
    out: expect.stringContaining('checkpoint.missing'),
  });
  writeFileSync(join(folder, 'edited.ndjson'), readFileSync(file, 'utf8').replace('"run":7', '"run":8'));
  expect(await headgate(['audit', 'verify', 'edited.ndjson'])).toMatchObject({
    code: 1,
    out: expect.stringContaining('leaf.changed planner#1'),
  });
  writeFileSync(join(folder, 'none.ndjson'), 'no export\n');
  expect((await headgate(['audit', 'verify', 'none.ndjson'])).code).toBe(2);
  expect((await headgate(['audit', 'verify', 'nowhere.ndjson'])).code).toBe(3);
});

test('colours are for terminals, and a closed pipe is no error', async () => {
  const { out } = await headgate(['--help']);

  expect(out).not.toMatch(/\x1b/);
  const register = pathToFileURL(join(root, 'tools/register.js')).href;
  const manifest = join(root, 'libs/testing/fixtures/artifacts/jaffle-manifest.json.gz');
  const main = [join(root, 'apps/cli/src/main.ts'), 'select', '--manifest', manifest];
  const child = spawn(process.execPath, ['-C', 'source', '--import', register, ...main], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
});
