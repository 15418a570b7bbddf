import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { datasetsList, datasetsPurge, datasetsRows, datasetsStage, deadLettersReplay } from '@headgate/contracts';
import { DatasetWriter } from '@headgate/kit';
import { asker, startStack, type Stack, Tenant } from '@headgate/testing';
import pg from 'pg';
import { dispatcher } from './dispatcher.module.ts';

const [runner, gateway] = [asker(undefined, 'runner'), asker()];
const newTenant = () => new Tenant(runner, gateway);
const place = { project: 'jaffle', environment: 'dev' };

let stack: Stack;
beforeAll(async () => {
  stack = await startStack([dispatcher, runner.service, gateway.service]);
}, 120_000);
afterAll(() => stack?.stop());

test('entities and migrations agree', () => expect(stack.drift).toEqual([]));

test('what a task stages is seen with its success, at once and in its order', async () => {
  const tenant = newTenant();
  const lease = await tenant.lease();
  const outputs = await tenant.staged(lease, 'orders', 'replace', [3, 1, 2]);
  await expect(tenant.ids('orders')).rejects.toMatchObject({ code: 'not-found' });
  expect((await gateway.ask(datasetsList, place, tenant.org)).items).toEqual([]);
  expect(await tenant.complete(lease, outputs)).toEqual({ committed: true, status: 'succeeded' });
  expect(await tenant.ids('orders')).toEqual([3, 1, 2]);
  const { dataset, items } = await tenant.show('orders');
  expect(dataset).toMatchObject({ name: 'orders', version: 1, rows: 3, columns: tenant.columns });
  expect(items).toMatchObject([{ version: 1, mode: 'replace', rows: 3, added: 3, task: lease.task, attempt: 1 }]);
  const leaves = await stack.sql<{ type: string }>(
    'select type from dispatcher.outbox where org_id = $1 order by ordinal desc limit 2',
    [tenant.org],
  );
  expect(leaves.map(({ type }) => type)).toContain('dataset.committed');
});

test('appending adds to what is there, replacing begins anew, and each version stays as it was', async () => {
  const tenant = newTenant();
  await tenant.put('orders', 'append', [1, 2]);
  await tenant.put('orders', 'append', [3]);
  await tenant.put('orders', 'replace', [4]);
  await tenant.put('orders', 'append', []);
  await tenant.put('orders', 'append', [5, 6]);
  expect(await tenant.ids('orders')).toEqual([4, 5, 6]);
  expect(await Promise.all([1, 2, 3, 4, 5].map((version) => tenant.ids('orders', version)))).toEqual([
    ...[[1, 2], [1, 2, 3], [4], [4], [4, 5, 6]],
  ]);
  expect((await tenant.show('orders')).items.map(({ rows }) => rows)).toEqual([3, 1, 1, 3, 2]);
});

test('appends at the same moment lose nothing of each other', async () => {
  const tenant = newTenant();
  const numbers = Array.from({ length: 12 }, (_, n) => n);
  const leases = [];
  for (const _ of numbers) leases.push(await tenant.lease());
  const outputs = await Promise.all(leases.map((lease, n) => tenant.staged(lease, 'orders', 'append', [n])));
  await Promise.all(leases.map((lease, n) => tenant.complete(lease, outputs[n]!)));
  expect((await tenant.ids('orders')).sort((a, b) => a - b)).toEqual(numbers);
  expect((await tenant.show('orders')).dataset.version).toBe(12);
});

test('a failed attempt is never seen, and its retry makes exactly one version', async () => {
  const tenant = newTenant();
  const first = await tenant.lease();
  await tenant.staged(first, 'orders', 'append', [1, 2]);
  await tenant.complete(first, [], 'failed');
  const second = await tenant.again();
  const outputs = await tenant.staged(second, 'orders', 'append', [1, 2]);
  await tenant.complete(second, outputs);
  expect(await tenant.complete(second, outputs)).toEqual({ committed: true, status: 'succeeded' });
  expect(await tenant.ids('orders')).toEqual([1, 2]);
  expect((await tenant.show('orders')).items).toHaveLength(1);
});

test('a zombie can neither stage nor commit, also when it staged all it had', async () => {
  const tenant = newTenant();
  const zombie = await tenant.lease();
  const stale = await tenant.staged(zombie, 'orders', 'replace', [666]);
  await stack.sql('update dispatcher.task_lease set until = now() where task_id = $1', [zombie.task]);
  const heir = await tenant.again();
  await tenant.complete(heir, await tenant.staged(heir, 'orders', 'replace', [1]));
  expect(await tenant.complete(zombie, stale)).toEqual({ committed: false, status: 'succeeded' });
  await expect(tenant.stage(zombie, 'orders', 1, [{ id: 667 }])).rejects.toMatchObject({ code: 'conflict' });
  expect(await tenant.ids('orders')).toEqual([1]);
});

test('a batch that comes again is stored once, and other rows for it are refused', async () => {
  const tenant = newTenant();
  const lease = await tenant.lease();
  const once = await tenant.stage(lease, 'orders', 0, [{ id: 1 }]);
  expect(await tenant.stage(lease, 'orders', 0, [{ id: 1 }])).toEqual(once);
  await expect(tenant.stage(lease, 'orders', 0, [{ id: 2 }])).rejects.toMatchObject({
    code: 'conflict',
    detail: 'batch 0 was staged before with other rows, and the first stands',
  });
  await tenant.complete(lease, [await tenant.staged(lease, 'other', 'replace', [1])].flat());
  expect(
    await stack.data('select rows from data.batch where org_id = $1 and part_id = $2', [tenant.org, once.part]),
  ).toEqual([{ rows: 1 }]);
});

test('nothing is committed that is not wholly there, or not what was meant', async () => {
  const tenant = newTenant();
  const lease = await tenant.lease();
  const [output] = await tenant.staged(lease, 'orders', 'replace', [1, 2]);
  const refused = async (more: object) =>
    expect(tenant.complete(lease, [{ ...output!, ...more }])).rejects.toMatchObject({ where: '/outputs/0' });
  await refused({ rows: 3 });
  await refused({ digest: `sha256:${'0'.repeat(64)}` });
  await refused({ part: randomUUID() });
  const twice = tenant.complete(lease, [output!, output!]);
  await expect(twice).rejects.toMatchObject({ detail: 'a dataset is put out once by a task' });
  await expect(tenant.complete(lease, [output!], 'failed')).rejects.toMatchObject({ code: 'contract.invalid' });
  expect(await tenant.complete(lease, [output!])).toMatchObject({ committed: true });
  // Nothing is added to it any more, by nobody.
  const late = await tenant.lease();
  const theirs = await tenant.staged(late, 'orders', 'replace', [3]);
  await expect(
    tenant.complete(late, [{ ...theirs[0]!, part: output!.part, rows: 2, digest: output!.digest }]),
  ).rejects.toMatchObject({ detail: expect.stringContaining('has staged no part') });
});

test('values have the type of their column, and columns are the same from batch to batch and append to append', async () => {
  const tenant = newTenant();
  const lease = await tenant.lease();
  const typed = [
    { name: 'i', type: 'integer' as const },
    { name: 'd', type: 'decimal' as const },
    { name: 'day', type: 'date' as const },
    { name: 'at', type: 'timestamp' as const },
    { name: 'b', type: 'boolean' as const },
    { name: 'f', type: 'float' as const },
    { name: 'j', type: 'json' as const },
  ];
  const row = {
    ...{ i: 1, d: '12.50', day: '2024-02-29', at: '2026-11-21T10:00:00.123456Z', b: true, f: 1.5 },
    j: { deep: ['\u0000', null] },
  };
  const bad = (more: object) =>
    expect(tenant.stage(lease, 'typed', 0, [row, { ...row, ...more }], { columns: typed })).rejects.toMatchObject({
      code: 'contract.invalid',
      where: expect.stringContaining('/rows/1'),
    });
  await bad({ i: 1.5 });
  await bad({ d: 12.5 });
  await bad({ day: '2026-02-30' });
  await bad({ at: '2026-11-21 10:00' });
  await bad({ b: 'true' });
  await bad({ f: '1' });
  await bad({ stray: 1 });
  await tenant.stage(lease, 'typed', 0, [row, {}], { columns: typed });
  await expect(tenant.stage(lease, 'typed', 1, [], {})).rejects.toMatchObject({ where: '/columns' });
  await tenant.put('orders', 'replace', [1]);
  const other = await tenant.stage(lease, 'orders', 0, [row], { columns: typed });
  const one = new DatasetWriter((batch) => runner.ask(datasetsStage, batch, tenant.org), {
    ...{
      org: tenant.org,
      task: lease.task,
      attempt: lease.attempt,
      worker: tenant.worker,
      dataset: 'orders',
      columns: typed,
    },
  });
  await one.add(row);
  const append = await one.output('append');
  expect(append.part).toBe(other.part);
  await expect(tenant.complete(lease, [append])).rejects.toMatchObject({
    detail: expect.stringContaining('other columns'),
  });
  expect(await tenant.complete(lease, [{ ...append, mode: 'replace' }])).toMatchObject({ committed: true });
  const page = await gateway.ask(datasetsRows, { ...place, dataset: 'orders' }, tenant.org);
  expect(page.items).toEqual([row]);
});

test('a batch is of 256 kB at most, and a dataset of any number of them is read page by page on its version', async () => {
  const tenant = newTenant();
  const lease = await tenant.lease();
  const long = 'x'.repeat(300);
  await expect(
    tenant.stage(
      lease,
      'long',
      0,
      Array.from({ length: 1000 }, (_, id) => ({ id, note: long })),
    ),
  ).rejects.toMatchObject({ code: 'limit.exceeded' });
  const writer = tenant.writer(lease, 'long');
  for (let id = 0; id < 2000; id++) await writer.add({ id, note: long });
  await tenant.complete(lease, [await writer.output('replace')]);
  const first = await gateway.ask(datasetsRows, { ...place, dataset: 'long', limit: 150 }, tenant.org);
  await tenant.put('long', 'replace', [1]);
  const ids = first.items.map(({ id }) => id);
  for (let cursor = first.next; cursor;) {
    const page = await gateway.ask(datasetsRows, { ...place, dataset: 'long', limit: 150, cursor }, tenant.org);
    expect(page.version).toBe(1);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  expect(ids).toEqual(Array.from({ length: 2000 }, (_, id) => id));
  expect(await tenant.ids('long')).toEqual([1]);
});

test('an organization neither sees nor names what is another one’s', async () => {
  const [ours, theirs] = [newTenant(), newTenant()];
  await theirs.put('orders', 'replace', [1]);
  await expect(ours.ids('orders')).rejects.toMatchObject({ code: 'not-found' });
  const lease = await theirs.lease();
  const [output] = await theirs.staged(lease, 'orders', 'replace', [2]);
  const own = await ours.lease();
  await expect(ours.stage({ ...lease, org: ours.org }, 'orders', 1, [])).rejects.toMatchObject({ code: 'conflict' });
  await expect(ours.complete(own, [output!])).rejects.toMatchObject({ code: 'conflict' });
});

test('the role of the second database sees one organization, changes no batch, and gets into no other database', async () => {
  const tenant = newTenant();
  await tenant.put('orders', 'replace', [1]);
  const { host: at, postgres } = { host: '127.0.0.1', ...stack.host };
  const login = postgres.logins['dispatcher_data']!;
  const client = new pg.Client({ host: postgres.host ?? at, port: postgres.port, ...login, database: postgres.data });
  await client.connect();
  const count = async () => Number((await client.query('select count(*) from data.batch')).rows[0].count);
  expect(await count()).toBe(0);
  await client.query(`select set_config('app.org', $1, false)`, [tenant.org]);
  expect(await count()).toBe(1);
  await expect(client.query(`update data.batch set body = '[]'`)).rejects.toThrow('permission denied');
  await expect(client.query('alter table data.batch disable row level security')).rejects.toThrow('must be owner');
  await expect(client.query('set row_security = off; select * from data.batch')).rejects.toThrow('row-level security');
  const forged = client.query(`insert into data.part (org_id, id) values ($1, $1)`, [randomUUID()]);
  await expect(forged).rejects.toThrow('row-level security');
  await client.end();
  const elsewhere = new pg.Client({ host: postgres.host, port: postgres.port, ...login, database: postgres.database });
  await expect(elsewhere.connect()).rejects.toThrow('permission denied for database');
});

test('what was staged and not committed is swept once its attempt is over, and nothing of an attempt that lasts', async () => {
  const tenant = newTenant();
  const batches = (parts: (string | undefined)[]) =>
    stack.data('select 1 from data.batch where org_id = $1 and part_id = any ($2)', [tenant.org, parts]);
  const held = await tenant.lease();
  const [own] = await tenant.staged(held, 'held', 'replace', [1]);
  const lost = await tenant.lease();
  const [expired] = await tenant.staged(lost, 'orders', 'replace', [1]);
  const done = await tenant.lease();
  const [taken] = await tenant.staged(done, 'orders', 'replace', [2]);
  const [unnamed] = await tenant.staged(done, 'other', 'replace', [3]);
  await tenant.complete(done, [taken!]);
  await stack.sql('update dispatcher.task_lease set until = now() where task_id = $1', [lost.task]);
  while ((await batches([expired!.part, unnamed!.part])).length > 0) await sleep(100);
  expect(await batches([own!.part, taken!.part])).toHaveLength(2);
  expect(await tenant.ids('orders')).toEqual([2]);
  await tenant.complete(held, [own!]);
  expect(await tenant.ids('held')).toEqual([1]);
  // Whoever was frozen since it was let in finds the mark of the sweep; later, when that is gone, no way in.
  const late = `insert into data.batch select $1, $2, 9, 0, '', '[]' from data.part where id = $2 and dropped_at is null`;
  await stack.data(late, [tenant.org, expired!.part]);
  expect(await batches([expired!.part])).toEqual([]);
  await stack.sql(`update dispatcher.dataset_part set registered_at = now() - interval '3 hours' where id = $1`, [
    expired!.part,
  ]);
  const marks = async () => [
    ...(await stack.data('select 1 from data.part where id = $1', [expired!.part])),
    ...(await stack.sql('select 1 from dispatcher.dataset_part where id = $1', [expired!.part])),
  ];
  while ((await marks()).length > 0) await sleep(100);
}, 60_000);

test('a purge keeps the newest versions, what they are made of, and what a task reads', async () => {
  const tenant = newTenant();
  const purge = (keep: number) => gateway.ask(datasetsPurge, { ...place, dataset: 'orders', keep }, tenant.org);
  await tenant.put('orders', 'replace', [1]);
  await tenant.put('orders', 'append', [2]);
  await tenant.put('orders', 'replace', [3]);
  await tenant.put('orders', 'append', [4]);
  await tenant.put('orders', 'append', [5]);
  expect(await purge(9)).toEqual({ versions: 0, parts: 0, kept: [] });
  const reader = await tenant.lease(3, [{ dataset: 'orders', version: 2 }]);
  // Of 1 and 2 the second is read, and made of both; of 3 and 4 is what is kept.
  expect(await purge(1)).toEqual({ versions: 3, parts: 0, kept: [2] });
  expect(await tenant.ids('orders', 2)).toEqual([1, 2]);
  expect(await tenant.ids('orders')).toEqual([3, 4, 5]);
  expect((await tenant.show('orders')).items.map(({ version }) => version)).toEqual([5, 2]);
  await expect(tenant.ids('orders', 4)).rejects.toMatchObject({
    detail: 'version 4 of orders is not there any more: it was purged',
  });
  await expect(tenant.lease(3, [{ dataset: 'orders', version: 4 }])).rejects.toMatchObject({ code: 'conflict' });
  await tenant.complete(reader, []);
  expect(await purge(1)).toEqual({ versions: 1, parts: 2, kept: [] });
  const batches = () => stack.data('select 1 from data.batch where org_id = $1', [tenant.org]);
  while ((await batches()).length > 3) await sleep(100);
  expect(await tenant.ids('orders')).toEqual([3, 4, 5]);
  expect(await purge(1)).toEqual({ versions: 0, parts: 0, kept: [] });
  const told = await stack.sql<{ data: object }>(
    `select envelope::jsonb #> '{data}' as data from dispatcher.outbox where org_id = $1 and type = 'dataset.purged' order by ordinal`,
    [tenant.org],
  );
  expect(told.map(({ data }) => data)).toMatchObject([
    { keep: 1, before: 5, versions: 3, parts: 0 },
    { keep: 1, before: 5, versions: 1, parts: 2 },
  ]);
}, 60_000);

test('what a dead letter had read is kept until somebody decides, and its replay reads the same', async () => {
  const tenant = newTenant();
  const purge = () => gateway.ask(datasetsPurge, { ...place, dataset: 'orders', keep: 1 }, tenant.org);
  await tenant.put('orders', 'replace', [1]);
  const dead = await tenant.lease(1, [{ dataset: 'orders', version: 1 }]);
  await tenant.put('orders', 'replace', [2]);
  await tenant.complete(dead, [], 'failed');
  expect(await purge()).toEqual({ versions: 0, parts: 0, kept: [1] });
  await gateway.ask(deadLettersReplay, { task: dead.task }, tenant.org);
  expect(await purge()).toEqual({ versions: 0, parts: 0, kept: [1] });
  const replayed = await tenant.again();
  expect(await tenant.ids('orders', 1)).toEqual([1]);
  await tenant.complete(replayed, []);
  expect(await purge()).toEqual({ versions: 1, parts: 1, kept: [] });
});
