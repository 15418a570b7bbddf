import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
  type Feed,
  feedsGet,
  feedsList,
  feedsPull,
  feedsPut,
  type FeedsPutInput,
  feedsRemove,
} from '@headgate/contracts';
import { asker, FileServer, fixture, type S3Key, startS3, startStack, type Stack } from '@headgate/testing';
import { ingestion } from './ingestion.module.ts';

const org = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
const otherOrg = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0b';
const { service, ask } = asker(org);
const manifest = fixture('jaffle-manifest.json.gz');
/** The same project with another description. */
const edited = (word: string): Buffer => {
  const value = JSON.parse(manifest.toString());
  value.nodes['model.jaffle.customers'].description = word;
  return Buffer.from(JSON.stringify(value));
};

let stack: Stack;
let server: FileServer;
let place = { project: 'jaffle', environment: '' };
let count = 0;
beforeAll(async () => {
  stack = await startStack([ingestion, service], {
    feeds: { reach: ['127.0.0.0/8'], plainCredentials: true, retryMs: 1 },
  });
}, 120_000);
afterAll(() => stack?.stop());
beforeEach(async () => {
  server = await FileServer.start();
  place = { project: 'jaffle', environment: `e${++count}` };
});
afterEach(() => server.close());

const put = (more: Partial<FeedsPutInput> = {}) =>
  ask(feedsPut, { ...place, feed: 'f', url: `${server.url}/a`, ...more });
const pull = (force = false) => ask(feedsPull, { ...place, feed: 'f', ...(force && { force }) });
const states = ({ last }: Feed) => Object.fromEntries(last!.files.map(({ name, state }) => [name, state]));
const snapshots = () =>
  stack.sql(`select snapshot from graph.graph_snapshot where environment = $1 order by seq`, [place.environment]);

test('entities and migrations agree', () => expect(stack.drift).toEqual([]));

test('what lies in a folder is taken once; unchanged, each file costs one conditional request and nothing else', async () => {
  server.put('/a/manifest.json', manifest);
  server.put('/a/run_results.json', results());
  await put();
  const first = await pull();
  expect(first.last).toMatchObject({
    outcome: 'taken',
    snapshotIsNew: true,
    snapshot: expect.stringMatching(/^sha256:/),
  });
  expect(states(first)).toEqual({
    'manifest.json': 'taken', 'catalog.json': 'absent', 'run_results.json': 'taken', 'sources.json': 'absent',
  }); // prettier-ignore
  server.asked.splice(0);
  const again = await pull();
  expect(again.last).toMatchObject({ outcome: 'unchanged' });
  expect(server.asked.map(({ path, status, bytes }) => [path, status, bytes])).toEqual([
    ['/a/manifest.json', 304, 0],
    ['/a/catalog.json', 404, 0],
    ['/a/run_results.json', 304, 0],
    ['/a/sources.json', 404, 0],
  ]);
  expect(await snapshots()).toHaveLength(1);
  expect(await stack.sql('select 1 from graph.ingest where environment = $1', [place.environment])).toHaveLength(1);
  expect(await stack.sql('select 1 from graph.node_run where environment = $1', [place.environment])).toHaveLength(1);
});

test('only what changed is read, and becomes the next snapshot', async () => {
  server.put('/a/manifest.json', manifest);
  server.put('/a/run_results.json', results());
  await put();
  await pull();
  server.put('/a/manifest.json', edited('changed'));
  const next = await pull();
  expect(states(next)).toMatchObject({ 'manifest.json': 'taken', 'run_results.json': 'unchanged' });
  expect(next.last).toMatchObject({ outcome: 'taken', snapshotIsNew: true });
  expect(await snapshots()).toHaveLength(2);
});

test('a server without validators sends the same again, which is no delivery; a date is validator enough', async () => {
  server.put('/a/manifest.json', manifest, { etag: '' });
  await put();
  await pull();
  server.take();
  expect((await pull()).last).toMatchObject({ outcome: 'unchanged' });
  expect(server.take()[0]).toBe('200 /a/manifest.json');
  server.put('/a/manifest.json', edited('dated'), { etag: '', 'last-modified': 'Sat, 21 Nov 2026 10:00:00 GMT' });
  expect((await pull()).last).toMatchObject({ outcome: 'taken' });
  server.take();
  expect((await pull()).last).toMatchObject({ outcome: 'unchanged' });
  expect(server.take()[0]).toBe('304 /a/manifest.json');
});

test('packed as gzip, by the server or as a file, it is the same snapshot', async () => {
  server.put('/a/manifest.json', manifest);
  await put();
  const { last } = await pull();
  server.put('/a/manifest.json', gzipSync(manifest), { 'content-encoding': 'gzip' });
  expect((await pull()).last).toMatchObject({ outcome: 'taken', snapshot: last!.snapshot, snapshotIsNew: false });
  server.put('/b/manifest.json.gz', gzipSync(manifest, { level: 1 }));
  await put({ url: `${server.url}/b/manifest.json.gz` });
  expect((await pull()).last).toMatchObject({ snapshot: last!.snapshot, files: [{ name: 'manifest.json.gz', state: 'taken' }] }); // prettier-ignore
  expect(await snapshots()).toHaveLength(1);
  server.put('/a/manifest.json', manifest, { 'content-encoding': 'br' });
  await put();
  expect((await pull()).last!.error).toMatchObject({ detail: expect.stringContaining('packed as br') });
});

test('what is cut off goes on where it was cut; what changed meanwhile, or cannot go on, begins again', async () => {
  server.put('/a/manifest.json', manifest);
  await put({ url: `${server.url}/a/manifest.json` });
  server.fail('/a/manifest.json', { cutAfter: 1000 }, { cutAfter: 5000 }, 503);
  expect((await pull()).last).toMatchObject({ outcome: 'taken', files: [{ bytes: manifest.length }] });
  const ranges = server.asked.map(({ status, headers }) => [status, headers.range?.replace(/\d+/, 'n')]);
  expect(ranges).toEqual([[200, undefined], [206, 'bytes=n-'], [503, 'bytes=n-'], [206, 'bytes=n-']]); // prettier-ignore
  server.take();
  const unfit: Record<string, string>[] = [{ etag: 'W/"weak"' }, { etag: '"a"', 'accept-ranges': 'none' }];
  for (const headers of unfit) {
    server.put('/a/manifest.json', edited(headers['etag']!), headers);
    server.fail('/a/manifest.json', { cutAfter: 1000 });
    expect((await pull()).last).toMatchObject({ outcome: 'taken', snapshotIsNew: true });
  }
  expect(server.take()).toEqual(Array(5).fill('200 /a/manifest.json'));
  server.put('/a/manifest.json', edited('shifted'), { 'content-range': 'bytes 7-8/9' });
  server.fail('/a/manifest.json', { cutAfter: 1000 });
  expect((await pull()).last).toMatchObject({ outcome: 'taken', snapshotIsNew: true });
  expect(server.take().map((line) => line.slice(0, 3))).toEqual(['200', '206', '200']);
});

test('a server in trouble is asked again, and then said to be', async () => {
  server.put('/a/manifest.json', manifest);
  await put();
  server.fail('/a/manifest.json', 503, 500, 429);
  expect((await pull()).last).toMatchObject({ outcome: 'taken' });
  server.fail('/a/manifest.json', 503, 503, 503, 503, 503);
  const { last } = await pull();
  expect(last).toMatchObject({ outcome: 'failed', files: [{ name: 'manifest.json', state: 'failed' }] });
  expect(last!.error).toEqual({
    code: 'unavailable',
    detail: 'manifest.json: the server answered 503, and 5 times in all',
    where: `${server.url}/a/manifest.json`,
    hint: expect.any(String),
  });
  server.fail('/a/manifest.json', 401);
  expect((await pull()).last!.error).toMatchObject({ detail: 'manifest.json: the server answered 401' });
  await put({ url: `${server.url}/nowhere` });
  expect((await pull()).last!.error).toMatchObject({ code: 'not-found', where: `${server.url}/nowhere` });
});

test('what is refused says file, path and cause, takes nothing, and is not read again until it changes', async () => {
  server.put('/a/manifest.json', manifest);
  server.put('/a/catalog.json', '{"nodes": {"model.jaffle.customers": ');
  await put();
  const refused = await pull();
  expect(refused.last).toMatchObject({
    outcome: 'failed',
    error: { code: 'artifact.refused', where: expect.stringMatching(/^catalog\.json \$/) },
  });
  expect(states(refused)).toMatchObject({ 'manifest.json': 'read', 'catalog.json': 'read' });
  expect(await snapshots()).toEqual([]);
  server.take();
  expect((await pull()).last).toMatchObject({ outcome: 'failed', error: refused.last!.error });
  expect(server.take().slice(0, 2)).toEqual(['304 /a/manifest.json', '304 /a/catalog.json']);
  server.put('/a/catalog.json', '{"metadata": {}, "nodes": {}, "sources": {}, "errors": null}');
  const taken = await pull();
  expect(states(taken)).toMatchObject({ 'manifest.json': 'taken', 'catalog.json': 'taken' });
  expect((await pull(true)).last).toMatchObject({ outcome: 'taken', snapshotIsNew: false });
});

test('what waited to be taken and is gone from the store is read anew', async () => {
  server.put('/a/manifest.json', manifest);
  server.put('/a/catalog.json', '{');
  await put();
  await pull();
  await rm(join(stack.host.blobs.dir, org), { recursive: true });
  expect((await pull()).last!.error).toMatchObject({ code: 'artifact.refused' });
  server.put('/a/catalog.json', '{"metadata": {}, "nodes": {}, "sources": {}, "errors": null}');
  expect((await pull()).last!.error).toMatchObject({ code: 'blob.missing' });
  expect(states(await pull())).toMatchObject({ 'manifest.json': 'taken', 'catalog.json': 'taken' });
});

test('a redirect is followed without the credentials, which are for their own server only', async () => {
  const elsewhere = await FileServer.start();
  try {
    elsewhere.put('/real.json', manifest);
    server.redirect('/a/manifest.json', `${elsewhere.url}/real.json`);
    await put({ url: `${server.url}/a/manifest.json`, credentials: { kind: 'bearer', secret: 'open sesame' } });
    expect((await pull()).last).toMatchObject({ outcome: 'taken' });
    expect(server.asked[0]!.headers.authorization).toBe('Bearer open sesame');
    expect(elsewhere.asked[0]!.headers.authorization).toBeUndefined();
    server.redirect('/a/manifest.json', `${server.url}/a/manifest.json`);
    expect((await pull(true)).last!.error).toMatchObject({ detail: expect.stringContaining('more than 5 times') });
    for (const to of ['http://10.0.0.1/x', 'http://[::1]/x', 'http://169.254.169.254/latest/meta-data']) {
      server.redirect('/a/manifest.json', to);
      expect((await pull(true)).last!.error).toMatchObject({ detail: expect.stringContaining('is not a public address') }); // prettier-ignore
    }
    server.redirect('/a/manifest.json', 'file:///etc/passwd');
    expect((await pull(true)).last!.error).toMatchObject({ detail: expect.stringContaining('not pulled from') });
  } finally {
    await elsewhere.close();
  }
});

test('credentials are sent, sealed, and never shown: not in answers, events or tables', async () => {
  server.put('/a/manifest.json', manifest);
  const secret = 'the-secret-of-this-feed';
  for (const [kind, name, header, sent] of [
    ['basic', 'ada', 'authorization', `Basic ${Buffer.from(`ada:${secret}`).toString('base64')}`],
    ['header', 'PRIVATE-TOKEN', 'private-token', secret],
  ] as const) {
    const saved = await put({ credentials: { kind, name, secret } });
    expect(saved).toMatchObject({ credentials: kind, savedBy: 'ada' });
    await pull();
    expect(server.asked.at(-1)!.headers[header]).toBe(sent);
  }
  const said = JSON.stringify([await ask(feedsGet, { ...place, feed: 'f' }), await ask(feedsList, place)]);
  expect(said).not.toContain(secret);
  const rows = await stack.sql('select row_to_json(f)::text as row from graph.feed f');
  const events = await stack.sql<{ envelope: string }>(
    `select envelope from graph.outbox where type like 'feed.%' order by ordinal`,
  );
  expect(JSON.stringify([rows, events])).not.toContain(secret);
  expect(events.at(-1)!.envelope).toContain('"credentials":"header"');
  const reader = stack.sql(`set role hg_graph_read; select * from graph.feed`).finally(() => stack.sql('reset role'));
  await expect(reader).rejects.toThrow('permission denied');
});

test('a store is asked with signed requests, and says whose fault it is when it refuses', async () => {
  const key: S3Key = { accessKeyId: 'AKEXAMPLE', secretAccessKey: 's3cret/with+signs', sessionToken: 'a token==' };
  const s3 = await startS3(key, 'eu-central-1');
  try {
    const credentials = { kind: 'aws' as const, name: key.accessKeyId, secret: key.secretAccessKey, sessionToken: key.sessionToken! }; // prettier-ignore
    const at = { url: "s3://artifacts/shop's prod (ä+b)/", endpoint: s3.url, region: 'eu-central-1', credentials };
    s3.put("/artifacts/shop's prod (ä+b)/manifest.json", manifest);
    await put(at);
    expect((await pull()).last).toMatchObject({ outcome: 'taken' });
    s3.take();
    expect((await pull()).last).toMatchObject({ outcome: 'unchanged' });
    expect(s3.asked[0]).toMatchObject({ status: 304, bytes: 0 });
    s3.put("/artifacts/shop's prod (ä+b)/manifest.json", edited('cut'));
    s3.fail("/artifacts/shop's prod (ä+b)/manifest.json", { cutAfter: 70_000 });
    expect((await pull()).last).toMatchObject({ outcome: 'taken', snapshotIsNew: true });
    await put({ ...at, credentials: { ...credentials, secret: 'another' } });
    expect((await pull()).last!.error).toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('credentials'),
    });
    await put({ ...at, region: 'us-west-2' });
    expect((await pull()).last!.error!.hint).toContain('eu-central-1');
  } finally {
    await s3.close();
  }
});

test('a feed with an interval is pulled by itself, also after a restart, and says how it went', async () => {
  server.put('/a/manifest.json', manifest);
  await put({ everyMinutes: 5 });
  const outcome = async () => {
    for (;;) {
      const { last } = await ask(feedsGet, { ...place, feed: 'f' });
      if (last) return last;
      await sleep(50);
    }
  };
  expect(await outcome()).toMatchObject({ outcome: 'taken' });
  const state = `graph.feed_state s using graph.feed f where f.id = s.feed_id and f.environment = '${place.environment}'`;
  const [next] = await stack.sql<{ minutes: string }>(
    `select extract(epoch from due_at - now()) / 60 as minutes from ${state.replace(' using', ',')}`,
  );
  expect(Number(next!.minutes)).toBeCloseTo(5, 0);
  // As if its puller had died: what it held is free again, and due.
  await stack.sql(`update graph.feed_state set last = null, due_at = now(), held_until = now() + interval '300 ms'`);
  await stack.restart();
  expect(await outcome()).toMatchObject({ outcome: 'unchanged' });
}, 60_000);

test('a feed is removed with all that was known of it; nobody else ever knew of it', async () => {
  server.put('/a/manifest.json', manifest);
  await put();
  await expect(ask(feedsPull, { ...place, feed: 'f' }, otherOrg)).rejects.toMatchObject({ code: 'not-found' });
  await pull();
  expect(await ask(feedsList, place, otherOrg)).toEqual({ items: [] });
  expect(await ask(feedsRemove, { ...place, feed: 'f' })).toEqual({});
  await expect(pull()).rejects.toMatchObject({ code: 'not-found' });
  await expect(ask(feedsRemove, { ...place, feed: 'f' })).rejects.toMatchObject({ code: 'not-found' });
  const left = await stack.sql(
    'select 1 from graph.feed_file where not exists (select 1 from graph.feed where id = feed_id)',
  );
  expect(left).toEqual([]);
});

function results(): string {
  return JSON.stringify({
    metadata: {
      invocation_id: '6f1c2f4e-0000-4000-8000-000000000001',
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
    },
    args: { which: 'run' },
    results: [
      { unique_id: 'model.jaffle.customers', status: 'success', execution_time: 0.5, timing: [], adapter_response: {} },
    ],
    elapsed_time: 1,
  });
}
