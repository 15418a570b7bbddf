import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { gateway } from '@headgate/gateway';
import { graphRead } from '@headgate/graph-read';
import { identity } from '@headgate/identity';
import { ingestion } from '@headgate/ingestion';
import { planner } from '@headgate/planner';
import { FileServer, fixture, type Stack, startStack } from '@headgate/testing';

jest.setTimeout(120_000);
const path = (relative: string) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));

let stack: Stack;
const work = mkdtempSync(join(tmpdir(), 'headgate-cli-'));
beforeAll(async () => {
  stack = await startStack([identity, ingestion, graphRead, planner, gateway], {
    feeds: { reach: ['127.0.0.0/8'], plainCredentials: true, retryMs: 1 },
  });
  mkdirSync(join(work, '.headgate'));
  writeFileSync(join(work, '.headgate/url'), `${stack.serving.url}\n`);
  writeFileSync(join(work, '.headgate/cli-token'), stack.host.bootstrap.token);
  mkdirSync(join(work, 'target'));
  writeFileSync(join(work, 'target/manifest.json'), fixture('jaffle-manifest.json.gz'));
});
afterAll(async () => {
  await stack?.stop();
  rmSync(work, { recursive: true });
});

interface Ended {
  code: number;
  out: string;
  err: string;
}

/** The program as somebody runs it below the folder of an install. */
async function headgate(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const node = ['-C', 'source', '--import', path('tools/register.js'), path('apps/cli/src/main.ts')];
  const child = spawn(process.execPath, [...node, ...args], {
    cwd: join(work, 'target'),
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number, out, err };
}

test('artifacts are ingested, found, planned, kept and verified; the only project need not be named', async () => {
  const none = await headgate(['search', 'orders']);
  expect(none).toMatchObject({ code: 3, err: expect.stringContaining('there is no project yet') });

  const where = ['--project', 'jaffle', '--environment', 'dev'];
  const taken = await headgate(['ingest', 'manifest.json', '--create', ...where]);
  expect(taken).toEqual({
    code: 0,
    out: expect.stringMatching(/^ingested nodes=\d+ edges=\d+ snapshot=sha256:[0-9a-f]{64}\n$/),
    err: '',
  });
  // The folder instead of its file, and the same again: one project, one snapshot.
  expect((await headgate(['ingest', '.', '--create', ...where])).out).toBe(taken.out);

  const found = await headgate(['search', 'orders', '--type', 'model']);
  expect(found).toMatchObject({ code: 0, out: expect.stringContaining('model.jaffle.orders') });
  const json = JSON.parse((await headgate(['--json', 'search', 'orders', '--limit', '1'])).out);
  expect(json).toMatchObject({ items: [{ name: 'orders' }] });
  expect(await headgate(['search', 'nothing-like-this'])).toMatchObject({ code: 1, out: 'nothing found\n' });

  const counted = await headgate(['search', 'orders', '--facets', '--database', 'nowhere']);
  expect(counted).toMatchObject({ code: 1, out: expect.stringMatching(/^nothing found\n[^]*^database +\S+ \d+/m) });
  const around = await headgate(['graph', 'model.jaffle.orders', '--up', '1']);
  expect(around.out).toMatch(/^-1 +model\.jaffle\.stg_orders .*\+1 up \+1 down$/m);
  expect(around.out).toMatch(/^0 +model\.jaffle\.orders /m);
  expect(await headgate(['diff'])).toMatchObject({ code: 3, err: expect.stringContaining('no snapshot before') });
  expect((await headgate(['diff', 'latest'])).code).toBe(0);

  const planned = await headgate(['plan', '--out', 'plan', '--all']);
  expect(planned.code).toBe(0);
  expect(planned.out).toMatch(/^planned run=[1-9]\d* skip=0 partial=0\n/);
  expect(planned.out).toContain('RUN model.jaffle.orders: this environment never built it');
  expect(await headgate(['verify', 'plan'])).toMatchObject({ code: 0, out: expect.stringContaining('verified:') });
  expect(await headgate(['explain', 'plan', 'model.jaffle.orders'])).toMatchObject({ code: 0 });

  const chosen = JSON.parse((await headgate(['plan', '--select', 'orders', '--json'])).out);
  expect(chosen).toMatchObject({ project: 'jaffle', environment: 'dev', status: 'proposed' });
  expect(chosen.counts.run).toBeLessThan(Number(/run=(\d+)/.exec(planned.out)![1]));
});

test('a plan of artifacts alone is not run, and nobody confirms by accident', async () => {
  const { id } = JSON.parse((await headgate(['plan', '--json'])).out) as { id: string };
  expect(await headgate(['run', id])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/error: .+\n[^]*request: /),
  });
  expect(await headgate(['run'])).toMatchObject({ code: 2, err: expect.stringContaining('nobody is here to confirm') });
});

test('a broken artifact is refused with file and cause', async () => {
  cpSync(join(work, 'target/manifest.json'), join(work, 'whole.json'));
  writeFileSync(join(work, 'broken.json'), readFileSync(join(work, 'whole.json')).subarray(0, -1));
  const refused = await headgate(['ingest', '../broken.json']);
  expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^error: .*broken\.json/) });
  expect(await headgate(['ingest', '../nowhere.json'])).toMatchObject({ code: 3 });
  expect(await headgate(['ingest', 'manifest.json', '--project-dir', '.'])).toMatchObject({ code: 64 });
});

test('a feed is named with a secret from the environment, pulled, listed and removed', async () => {
  const server = await FileServer.start();
  server.put('/manifest.json', fixture('jaffle-manifest.json.gz'));
  const place = ['--project', 'jaffle', '--environment', 'dev'];
  const added = ['feeds', 'add', 'nightly', server.url, '--credentials', 'bearer', ...place];
  expect(await headgate(added)).toMatchObject({ code: 64, err: expect.stringContaining('HEADGATE_FEED_SECRET') });
  expect(await headgate(added, { HEADGATE_FEED_SECRET: 'open sesame' })).toMatchObject({
    code: 0,
    out: 'saved nightly (when asked, credentials: bearer)\n',
  });
  expect(await headgate(['feeds', 'pull', 'nightly', ...place])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^taken snapshot=sha256:\S+\nmanifest\.json +taken +\d+ bytes\n/),
  });
  expect(server.asked[0]!.headers.authorization).toBe('Bearer open sesame');
  server.put('/manifest.json', '{');
  expect(await headgate(['feeds', 'pull', 'nightly', ...place])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/^error: manifest\.json: [^]*where: manifest\.json \$/),
  });
  const { out } = await headgate(['feeds', ...place]);
  expect(out).toMatch(/^nightly +when asked +failed [^\n]*manifest\.json: [^\n]* +http/);
  expect(out).not.toContain('sesame');
  await server.close();
  expect(await headgate(['feeds', 'remove', 'nightly', ...place])).toMatchObject({ code: 0 });
});

test('what OpenLineage told of is listed, with what is not known here', async () => {
  const event = {
    ...{ eventType: 'COMPLETE', eventTime: '2026-11-21T10:00:00Z', producer: 'https://producer.example' },
    run: { runId: '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a', facets: { dbt_run: { invocation_id: 'a-run' } } },
    job: { namespace: 'dbt', name: 'model.shop.stranger' },
  };
  await stack.http('POST', '/api/v1/projects/jaffle/environments/dev/openlineage/api/v1/lineage', event);
  expect(await headgate(['openlineage', '--project', 'jaffle', '--environment', 'dev'])).toMatchObject({
    code: 0,
    out: '2026-11-21 10:00:00Z  -  a-run  0 nodes recorded, 1 not known here: model.shop.stranger\n',
  });
});

test('a token is made, may what its role may, and is revoked', async () => {
  const made = await headgate(['tokens', 'create', 'looker', '--role', 'viewer', '--days', '1']);
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^hg_\S+\n$/) });
  const env = { HEADGATE_TOKEN: made.out.trim() };
  expect((await headgate(['search', 'orders'], env)).code).toBe(0);
  expect(await headgate(['plan'], env)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/does not grant plan:propose[^]*hint: [^]*request: /),
  });
  const [, id] = /token (\S+)/.exec(made.err)!;
  expect(await headgate(['tokens', 'revoke', id!])).toMatchObject({ code: 0, out: `revoked looker (${id})\n` });
  expect((await headgate(['tokens'])).out).toMatch(/viewer +\*\/\* +revoked .* looker\n/);
});

test('the operator makes an organization, and gets a link for its owner; a viewer does not', async () => {
  const made = await headgate(['org', 'north', '--owner', 'ned', '--name', 'The North']);
  expect(made).toMatchObject({ code: 0, err: expect.stringContaining('owner of The North') });
  expect(made.out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/auth\/link\?token=hgl_\S+\n$/);
  const token = (await headgate(['tokens', 'create', 'onlooker', '--role', 'viewer'])).out.trim();
  expect(await headgate(['org', 'south', '--owner', 'ned', '--token', token])).toMatchObject({ code: 1, out: '' });
});

test('schedules are made, told, edited, paused, fired and removed; what is wrong with one is said', async () => {
  const of = (...args: string[]) => headgate(['schedules', ...args]);
  expect(await of()).toEqual({ code: 0, out: 'no schedules yet\n', err: '' });
  const made = await of('create', 'nightly', '--cron', '0 2 * * *', '--zone', 'Europe/Berlin', '--select', 'customers');
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^nightly: 0 2 \* \* \* Europe\/Berlin; next \d{4}-\d\d-\d\d 02:00 Europe\/Berlin\n/),
  });
  const edited = await of('edit', 'nightly', '--no-cron', '--on-ingest', '--missed', 'skip');
  expect(edited.out).toMatch(
    /^nightly: on ingest; no next time\n {2}plans select customers, --data check\n {2}missed: skip/,
  );
  expect((await of('pause', 'nightly')).out).toBe('nightly: on ingest; paused\n');
  expect(JSON.parse((await of('list', '--json')).out).items).toMatchObject([{ name: 'nightly', paused: true }]);
  const fired = await of('fire', 'nightly', '--key', 'k');
  expect([fired.code, await of('fire', 'nightly', '--key', 'k')]).toEqual([0, fired]);
  expect((await of('show', 'nightly')).out).toContain('schedule nightly, fired by');
  expect((await of('next', 'nightly')).out).toContain('it has no times');
  expect(await of('create', 'bad', '--cron', '0 25 * * *')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/the hour of "0 25 \* \* \*"[^]*where: \/cron/),
  });
  expect(await of('create', 'bad', '--after', 'nowhere')).toMatchObject({ code: 64 });
  expect((await of('remove', 'nightly')).out).toBe('removed nightly\n');
}, 120_000);

test.each([
  ['a project that is not there', ['search', 'x', '--project', 'nope', '--environment', 'dev'], 3, 'nope/dev'],
  ['a selection that names nothing', ['plan', '--select', 'nobody'], 2, '/select'],
  ['an id that is none', ['logs', 'nonsense'], 2, '/run'],
  ['a token that nobody gave out', ['runs', '--token', 'hg_wrong'], 2, 'hint: '],
  ['a server that is no Headgate', ['runs', '--url', 'http://127.0.0.1:1'], 3, 'cannot be reached'],
])('%s ends with what was wrong', async (_, args, code, words) => {
  expect(await headgate(args)).toMatchObject({ code, out: '', err: expect.stringContaining(words) });
});

test('which of two environments is meant has to be said', async () => {
  const second = ['--project', 'jaffle', '--environment', 'prod'];
  expect((await headgate(['ingest', '.', '--create', ...second])).code).toBe(0);
  expect(await headgate(['plan'])).toMatchObject({ code: 2, err: expect.stringMatching(/dev, prod[^]*--environment/) });
  expect((await headgate(['plan'], { HEADGATE_ENVIRONMENT: 'prod' })).code).toBe(0);
});

test('the doctor says what is there and what is not', async () => {
  expect(await headgate(['doctor', '--environment', 'dev'])).toMatchObject({
    code: 1,
    out: expect.stringMatching(/ok +server[^]*ok +snapshot[^]*NOT ok +runs/),
  });
  expect(await headgate(['doctor', '--token', 'hg_wrong', '--json'])).toMatchObject({
    code: 1,
    out: expect.stringContaining('"ok":false'),
  });
});
