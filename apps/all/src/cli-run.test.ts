import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Plan, Run } from '@headgate/contracts';
import { startStack, type Stack } from '@headgate/testing';
import { services } from './services.ts';

jest.setTimeout(240_000);
const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'headgate-cli-run-'));
const project = join(folder, 'jaffle');
const slow = `{% macro slow() %}{% for i in range(100000) %}{% do run_query("select sum(a.range * b.range) from range(10000) a, range(1000) b") %}{% endfor %}{% endmacro %}`;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(services);
  cpSync(join(root, 'tools/start/project/jaffle'), project, { recursive: true });
  appendFileSync(join(project, 'macros/helpers.sql'), `\n${slow}\n`);
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(...args: string[]): ChildProcess {
  const register = pathToFileURL(join(root, 'tools/register.js')).href;
  const command = ['-C', 'source', '--import', register, join(root, 'apps/cli/src/main.ts'), ...args];
  const env = {
    PATH: process.env['PATH'],
    HEADGATE_URL: stack.serving.url!,
    HEADGATE_TOKEN: stack.host.bootstrap.token,
  };
  return spawn(process.execPath, command, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function headgate(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = start(...args);
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
  return { code: code as number, out, err };
}

async function ok(...args: string[]): Promise<string> {
  const { code, out, err } = await headgate(...args);
  expect({ args, code, said: code === 0 ? '' : out + err }).toEqual({ args, code: 0, said: '' });
  return out;
}

test('a project goes from files to tables and a verified record by commands alone', async () => {
  const named = ['--project', 'jaffle', '--environment', 'dev'];
  expect(await ok('ingest', '--project-dir', project, '--create', ...named)).toMatch(
    /^ingested nodes=\d+ edges=\d+ snapshot=sha256:/,
  );
  // From here on there is one project and one environment, which need not be named.
  await ok('run', '--operation', 'land_events');
  expect(await ok('plan', '--out', 'plan')).toMatch(/^planned run=[1-9]\d* skip=0 partial=0\nRUN /);
  expect(await ok('verify', 'plan')).toContain('verified: ');
  const out = await ok('run', '--yes');
  expect(out).toMatch(/ran ok built=[1-9]\d*\n$/);
  expect(out.split('\n').length).toBeGreaterThan(10);
  let again: Plan;
  do again = JSON.parse(await ok('plan', '--json')) as Plan;
  while (again.counts.run > 0);
  expect(again.counts).toEqual({ run: 0, skip: again.total, partial: 0 });
  expect(await ok('doctor')).not.toContain('NOT ok');
  expect(await ok('audit', 'verify')).toMatch(/^audit verified leaves=[1-9]\d+\n$/);
});

test('a run that fails exits 1 and says why, and its log is there', async () => {
  const failed = await headgate('run', '--operation', 'no_such_macro');
  expect(failed).toMatchObject({ code: 1, err: expect.stringMatching(/the run failed[\s\S]*headgate logs/) });
  const [{ id }] = (JSON.parse(await ok('runs', '--json')) as { items: Run[] }).items as [Run];
  expect(await ok('logs', id)).toContain('no_such_macro');
  expect((await headgate('logs', '-f', id)).code).toBe(1);
  expect(await headgate('run', 'resume', id)).toMatchObject({ err: expect.stringContaining('only the run of a plan') });
});

test('an interrupt while following leaves the run running and says how to follow it', async () => {
  const { id } = JSON.parse(await ok('run', '--operation', 'slow', '--detach', '--json')) as Run;
  const following = start('logs', '-f', id);
  const [err] = await Promise.all([
    text(following.stderr!),
    once(following.stdout!, 'data').then(() => following.kill('SIGINT')),
  ]);
  expect(err).toContain(`the run goes on; follow it with: headgate logs -f ${id}`);
  const headers = { authorization: `Bearer ${stack.host.bootstrap.token}` };
  const of = async (path: string, method = 'GET') =>
    (await (await fetch(`${stack.serving.url}/api/v1/runs/${id}${path}`, { method, headers })).json()) as Run;
  expect(await of('')).toMatchObject({ status: 'running' });
  await of('/cancel', 'POST');
  while (!(await of('?wait=20')).finishedAt);
});

test('the record is exported and proved, and a planted missing leaf is told', async () => {
  await ok('audit', 'export', 'audit.ndjson');
  writeFileSync(join(folder, 'checkpoint.json'), await ok('audit', 'checkpoint', '--json'));
  const known = ['--checkpoint', 'checkpoint.json'];
  expect(await ok('audit', 'verify', 'audit.ndjson')).toContain('audit verified');
  const lines = readFileSync(join(folder, 'audit.ndjson'), 'utf8').split('\n');
  writeFileSync(join(folder, 'cut.ndjson'), lines.toSpliced(5, 1).join('\n'));
  expect((await headgate('audit', 'verify', 'cut.ndjson')).code).toBe(1);

  await ok('tokens', 'create', 'looker', '--role', 'viewer');
  const found = JSON.parse(await ok('audit', 'search', '--type', 'token.created', '--json')) as {
    items: { event: string }[];
  };
  expect(await ok('audit', 'proof', found.items[0]!.event)).toContain('proved: token.created by owner');
  expect(await ok('audit', 'checkpoint', '--since', 'checkpoint.json')).toContain('grown from');
  await ok('audit', 'export', 'later.ndjson');
  expect(await ok('audit', 'verify', 'later.ndjson', ...known)).toContain('audit verified');

  const set = (role: string) => `set session_replication_role = ${role};`;
  await stack.sql(`${set('replica')} delete from planner.outbox where ordinal = 1; ${set('default')}`);
  expect(await headgate('audit', 'verify')).toMatchObject({
    code: 1,
    out: expect.stringContaining('leaf.missing planner#1: planner no longer has its leaf 1'),
  });
});
