import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Lease,
  runCancelRequested,
  runRequested,
  tasksClaim,
  tasksComplete,
  tasksGet,
  tasksHeartbeat,
  tasksList,
  tasksRelease,
} from '@headgate/contracts';
import { type Call, Clients, Database, mutate, type Service } from '@headgate/kit';
import { startStack, type Stack } from '@headgate/testing';
import { Module, type Type } from '@nestjs/common';
import { lease } from './claims.ts';
import { dispatcher } from './dispatcher.module.ts';

let own: Database;
@Module({ imports: [dispatcher.module as Type] })
class DispatcherSide {
  constructor(database: Database) {
    own = database;
  }
}
let runner: { database: Database; clients: Clients };
@Module({})
class RunnerSide {
  constructor(database: Database, clients: Clients) {
    runner = { database, clients };
  }
}
let gateway: Clients;
@Module({})
class GatewaySide {
  constructor(clients: Clients) {
    gateway = clients;
  }
}

/** Only the two ends that speak with a dispatcher: who asks for runs and works on them, and who reads. */
const peers: Service[] = [
  {
    name: 'runner',
    module: RunnerSide,
    schema: { name: 'runner', owner: 'runner', entities: [], migrations: [] },
    hears: [],
  },
  { name: 'gateway', module: GatewaySide },
];

const digest = `sha256:${'a'.repeat(64)}`;
const callOf = (org: string): Call => ({ org, actor: { kind: 'service', id: 'runner' }, requestId: 'r-1' });
const nobody = callOf('00000000-0000-0000-0000-000000000000');
let org: string;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack([{ ...dispatcher, module: DispatcherSide }, ...peers]);
}, 120_000);
afterAll(() => stack?.stop());
beforeEach(() => void (org = randomUUID()));
// What a test leaves waiting must not be claimed by the next one.
afterEach(async () => {
  const left = await stack.sql<{ org_id: string; run_id: string }>(
    `select distinct j.org_id, j.run_id from dispatcher.job j join dispatcher.task t on t.job_id = j.id where t.status in ('queued', 'leased')`,
  );
  for (const { org_id, run_id } of left) await cancel(run_id, org_id);
  // What is held, too: its lease may run out before the cancelling is heard, and it would wait again.
  await stack.sql('update dispatcher.task_lease set until = now()');
  while ((await stack.sql(`select 1 from dispatcher.task where status in ('queued', 'leased')`)).length > 0)
    await sleep(20);
});

async function requested(more: { org?: string; key?: string; run?: string } = {}): Promise<string> {
  const run = more.run ?? randomUUID();
  await runner.database.write(callOf(more.org ?? org), (tx) =>
    mutate(tx, runRequested, {
      ...{ project: 'jaffle', environment: 'dev', run, kind: 'operation', revision: digest },
      concurrencyKey: more.key ?? run,
      stages: [{ command: ['run-operation', 'x'] }],
    }),
  );
  return run;
}

const claim = async (worker: string, max = 1, wait = 20): Promise<Lease[]> =>
  (await runner.clients.call(tasksClaim, { worker, operators: ['dbt'], max, wait }, nobody)).leases;
const claimed = async (worker: string): Promise<Lease> => (await claim(worker))[0]!;
const complete = ({ org, task, attempt }: Lease, worker: string, outcome: 'succeeded' | 'failed' = 'succeeded') =>
  runner.clients.call(tasksComplete, { org, task, attempt, worker, outcome, result: { by: worker } }, nobody);
const heartbeat = ({ org, task, attempt }: Lease, worker: string) =>
  runner.clients.call(tasksHeartbeat, { worker, held: [{ org, task, attempt }] }, nobody);
const expire = ({ task }: Lease) =>
  stack.sql('update dispatcher.task_lease set until = now() where task_id = $1', [task]);
const cancel = (run: string, of = org) =>
  runner.database.write(callOf(of), (tx) =>
    mutate(tx, runCancelRequested, { project: 'jaffle', environment: 'dev', run }),
  );
const waiting = async (): Promise<number> =>
  (await stack.sql(`select 1 from dispatcher.task where status = 'queued'`)).length;
const events = async (task: string): Promise<string[]> =>
  (
    await stack.sql<{ type: string }>(
      `select type from dispatcher.outbox where envelope::jsonb #>> '{data,task}' = $1 order by ordinal`,
      [task],
    )
  ).map(({ type }) => type);
async function untilStatus(lease: Pick<Lease, 'org' | 'task'>, status: string): Promise<void> {
  const shown = () => gateway.call(tasksGet, { task: lease.task }, callOf(lease.org));
  while ((await shown()).status !== status) await sleep(20);
}

test('entities and migrations agree', () => expect(stack.drift).toEqual([]));

test('a run becomes one task, which is claimed at once, extended, and committed once', async () => {
  const held = claimed('w1');
  const run = await requested();
  const lease = await held;
  expect(lease).toMatchObject({ org, run, attempt: 1, operator: 'dbt', leaseMs: 30_000 });
  expect(lease.spec).toMatchObject({ run, stages: [{ command: ['run-operation', 'x'] }] });
  expect(await heartbeat(lease, 'w1')).toEqual({ lost: [], cancel: [] });
  expect(await complete(lease, 'w1')).toEqual({ committed: true, status: 'succeeded' });
  expect(await complete(lease, 'w1')).toEqual({ committed: true, status: 'succeeded' });
  expect(await complete(lease, 'w1', 'failed')).toEqual({ committed: false, status: 'succeeded' });
  expect(await events(lease.task)).toEqual(['task.queued', 'task.claimed', 'task.finished']);
  expect((await stack.sql('select finished_at from dispatcher.job where run_id = $1', [run]))[0]).toMatchObject({
    finished_at: expect.any(Date),
  });
}, 30_000);

test('the runs of an environment have a rate key, which an organization may limit', async () => {
  const run = await requested();
  const keys = () => stack.sql('select rate_key from dispatcher.task where run_id = $1', [run]);
  while ((await keys()).length === 0) await sleep(20);
  expect(await keys()).toEqual([{ rate_key: 'run.jaffle.dev' }]);
});

test('what was seen and has been put off since is not leased before its time; what two lease at once, one has', async () => {
  const run = await requested();
  const find = () => stack.sql<{ id: string }>('select id from dispatcher.task where run_id = $1', [run]);
  while ((await find()).length === 0) await sleep(20);
  const [{ id }] = (await find()) as [{ id: string }];
  // An inbox row stands in for the leaf.
  const due = (when: string) =>
    stack.sql(
      `with leaf as (insert into dispatcher.inbox (org_id, event_id, type) values ($1, gen_random_uuid(), 'test'))
       update dispatcher.task_offer set run_at = ${when} where org_id = $1`,
      [org],
    );
  const candidate = { org_id: org, id, concurrency_key: run, rate_key: null };
  const take = (worker: string) => lease(own, callOf(org), [{ candidate, worker }], 30_000);
  await due(`now() + interval '1 hour'`);
  expect(await take('w0')).toEqual([]);
  expect(await stack.sql('select status from dispatcher.task where id = $1', [id])).toEqual([{ status: 'queued' }]);
  await due('now()');
  const taken = (await Promise.all(['w1', 'w2', 'w3', 'w4'].map(take))).flat();
  expect(taken).toMatchObject([{ task: id, lease: { attempt: 1 } }]);
  expect(await stack.sql('select 1 from dispatcher.task_offer where task_id = $1', [id])).toEqual([]);
}, 30_000);

test('no index has what a heartbeat changes', async () => {
  const sql = `select indexdef from pg_indexes where schemaname = 'dispatcher' and tablename = 'task_lease' and indexdef ~ '\\muntil\\M'`;
  expect(await stack.sql(sql)).toEqual([]);
});

test('the same run asked for twice is one job', async () => {
  const run = await requested();
  await requested({ run });
  const lease = await claimed('w1');
  await complete(lease, 'w1');
  const marker = await requested();
  expect((await claimed('w1')).run).toBe(marker);
  expect(await stack.sql('select 1 from dispatcher.job where run_id = $1', [run])).toHaveLength(1);
}, 30_000);

test('a late attempt is fenced: it can neither extend nor commit, and what the later one commits stands', async () => {
  await requested();
  const first = await claimed('w1');
  await expire(first);
  const second = await claimed('w2');
  expect(second).toMatchObject({ task: first.task, attempt: 2 });
  expect(await heartbeat(first, 'w1')).toEqual({ lost: [first.task], cancel: [] });
  expect(await heartbeat(second, 'w1')).toMatchObject({ lost: [first.task] });
  expect(await complete(first, 'w1')).toEqual({ committed: false, status: 'leased' });
  expect(await complete(second, 'w1')).toEqual({ committed: false, status: 'leased' });
  expect(await complete(second, 'w2')).toEqual({ committed: true, status: 'succeeded' });
  expect(await complete(first, 'w1')).toMatchObject({ committed: false });
  const [task] = await stack.sql('select result from dispatcher.task where id = $1', [first.task]);
  expect(task).toEqual({ result: { by: 'w2' } });
  expect(
    await stack.sql('select attempt, outcome from dispatcher.task_attempt where task_id = $1 order by 1', [first.task]),
  ).toEqual([
    { attempt: 1, outcome: 'expired' },
    { attempt: 2, outcome: 'succeeded' },
  ]);
}, 30_000);

test('the fence is the attempt, not the worker: one that was given the same task again cannot end it by its first try', async () => {
  await requested();
  const first = await claimed('w1');
  await expire(first);
  const second = await claimed('w1');
  expect(await heartbeat(first, 'w1')).toEqual({ lost: [first.task], cancel: [] });
  expect(await complete(first, 'w1', 'failed')).toEqual({ committed: false, status: 'leased' });
  expect(await complete(second, 'w1')).toEqual({ committed: true, status: 'succeeded' });
}, 30_000);

test('many workers at once begin every task once', async () => {
  const runs = new Set<string>();
  for (let i = 0; i < 40; i++) runs.add(await requested());
  const begun: string[] = [];
  const work = async (worker: string) => {
    for (let leases = await claim(worker, 3, 1); leases.length > 0; leases = await claim(worker, 3, 0)) {
      begun.push(...leases.map(({ run }) => run));
      await Promise.all(leases.map((lease) => complete(lease, worker)));
    }
  };
  while (begun.length < runs.size) await Promise.all(['w1', 'w2', 'w3', 'w4', 'w5'].map(work));
  expect(begun.sort()).toEqual([...runs].sort());
}, 60_000);

test('a lease that ran out is not revived by a heartbeat, also before anybody noticed', async () => {
  await requested();
  const lease = await claimed('w1');
  await stack.sql(`update dispatcher.task_lease set until = now() - interval '1 ms'`);
  expect((await heartbeat(lease, 'w1')).lost).toEqual([lease.task]);
  // Who was told that a lease is lost commits nothing under it.
  expect(await complete(lease, 'w1')).toMatchObject({ committed: false });
}, 30_000);

test('a task that loses its worker twice fails, and says so', async () => {
  await requested();
  await expire(await claimed('w1'));
  const second = await claimed('w2');
  await expire(second);
  await untilStatus(second, 'failed');
  expect(await complete(second, 'w2', 'failed')).toEqual({ committed: false, status: 'failed' });
  const [task] = await stack.sql<{ cause: string }>('select cause from dispatcher.task where id = $1', [second.task]);
  expect(task?.cause).toBe('the worker w2 fell silent in attempt 2 of 2');
  expect(await events(second.task)).toEqual([
    ...['task.queued', 'task.claimed', 'task.expired', 'task.claimed', 'task.expired', 'task.finished'],
  ]);
}, 30_000);

test('a worker that leaves gives its lease back, which waits again at once, costs none of the tries, and is not its own again', async () => {
  await requested();
  for (const worker of ['w1', 'w2', 'w3'].map((name) => `${name} ${org}`)) {
    const { task, attempt } = await claimed(worker);
    const [open, held] = [claim(worker), [{ org, task, attempt }]];
    const release = (by: string) => runner.clients.call(tasksRelease, { worker: by, held }, nobody);
    expect(await release(`not ${worker}`)).toEqual({ released: [] });
    expect(await release(worker)).toEqual({ released: [task] });
    expect(await open).toEqual([]);
    expect(await claim(worker)).toEqual([]);
  }
  const silent = await claimed('w4');
  expect(silent.attempt).toBe(4);
  await expire(silent);
  const last = await claimed('w5');
  expect(await complete(last, 'w5')).toMatchObject({ committed: true });
}, 30_000);

test('of a concurrency key, one task is leased at a time, whoever asks', async () => {
  const first = await requested({ key: 'jaffle/dev' });
  const second = await requested({ key: 'jaffle/dev' });
  const other = await requested({ key: 'jaffle/prod' });
  while ((await waiting()) < 3) await sleep(20);
  const leases = (await Promise.all(['w1', 'w2', 'w3', 'w4'].map((worker) => claim(worker, 4, 1)))).flat();
  expect(leases.map(({ run }) => run).sort()).toEqual([first, other].sort());
  const held = leases.find(({ run }) => run === first)!;
  const [{ worker }] = (await stack.sql('select worker from dispatcher.task_lease where task_id = $1', [
    held.task,
  ])) as [{ worker: string }];
  await complete(held, worker);
  expect((await claimed('w5')).run).toBe(second);
}, 30_000);

test('the organization with the least in hand comes first, however much another one has queued', async () => {
  const other = randomUUID();
  for (let i = 0; i < 8; i++) await requested();
  const [small] = [await requested({ org: other })];
  while ((await waiting()) < 9) await sleep(20);
  const runs = [(await claimed('w1')).run, (await claimed('w2')).run];
  expect(runs).toContain(small);
}, 30_000);

test('a cancelled task that waits ends at once; one that runs is told by the next heartbeat', async () => {
  const running = await requested();
  const lease = await claimed('w1');
  const behind = await requested();
  await cancel(behind);
  await cancel(running);
  while ((await heartbeat(lease, 'w1')).cancel.length === 0) await sleep(20);
  const { items } = await gateway.call(tasksList, { project: 'jaffle', environment: 'dev' }, callOf(org));
  expect(items.map(({ status }) => status)).toEqual(['cancelled', 'leased']);
  // Its worker dies before it could stop: there is no second attempt of what nobody wants any more.
  await expire(lease);
  await untilStatus(lease, 'cancelled');
}, 30_000);

test('tasks and leases outlive the dispatcher', async () => {
  await requested();
  const lease = await claimed('w1');
  const behind = await requested();
  while ((await waiting()) < 1) await sleep(20);
  await stack.restart();
  expect(await heartbeat(lease, 'w1')).toEqual({ lost: [], cancel: [] });
  expect((await claimed('w2')).run).toBe(behind);
  expect(await complete(lease, 'w1')).toMatchObject({ committed: true });
}, 60_000);

test('an organization sees its own tasks only, a page at a time, each once', async () => {
  for (let i = 0; i < 5; i++) await requested();
  const place = { project: 'jaffle', environment: 'dev' };
  const list = (cursor?: string) =>
    gateway.call(tasksList, { ...place, limit: 2, ...(cursor && { cursor }) }, callOf(org));
  while ((await gateway.call(tasksList, place, callOf(org))).items.length < 5) await sleep(20);
  // All in one microsecond, which a time in milliseconds cannot name. An inbox row stands in for the leaf.
  await stack.sql(
    `with leaf as (insert into dispatcher.inbox (org_id, event_id, type) values ($1, gen_random_uuid(), 'test'))
     update dispatcher.task set created_at = '2026-01-01 00:00:00.123456Z' where org_id = $1`,
    [org],
  );
  const pages = [await list()];
  while (pages.at(-1)!.next) pages.push(await list(pages.at(-1)!.next));
  expect(new Set(pages.flatMap(({ items }) => items.map(({ id }) => id))).size).toBe(5);
  expect((await gateway.call(tasksList, place, callOf(randomUUID()))).items).toEqual([]);
  const { items } = pages[0]!;
  await expect(gateway.call(tasksGet, { task: items[0]!.id }, callOf(randomUUID()))).rejects.toMatchObject({
    code: 'not-found',
  });
}, 30_000);

/** The index that Postgres takes for a statement, planned while its table is empty as in a new database. */
async function indexWhenEmpty(table: string, statement: string): Promise<string | undefined> {
  await stack.sql('begin');
  try {
    for (const [name, value] of Object.entries(dispatcher.schema!.settings!))
      await stack.sql(`set local ${name} = ${value}`);
    // One table at a time: whoever held one lock and wanted another could wait for those who do it the other way round.
    await stack.sql(`truncate dispatcher.${table}`);
    const [row] = await stack.sql<{ 'QUERY PLAN': unknown }>(`explain (format json) ${statement}`);
    return /"Index Name": "(\w+)"/.exec(JSON.stringify(row!['QUERY PLAN'], null, 1))?.[1];
  } finally {
    await stack.sql('rollback');
  }
}

test.each([
  ['task', 'task_pkey', 'select ctid from dispatcher.task where $org and id = $id'],
  [
    'task',
    'task_pkey',
    `select id from dispatcher.task where $org and id = any (array[$id]::uuid[]) and status = 'queued' for no key update skip locked`,
  ],
  ['task', 'task_of_job', 'select 1 from dispatcher.task where $org and job_id = $id'],
  ['task', 'task_listed', `select 1 from dispatcher.task where $org and project = 'a' and environment = 'b'`],
  ['job', 'job_pkey', 'select ctid from dispatcher.job where $org and id = $id'],
  ['job', 'job_run', 'select 1 from dispatcher.job where $org and run_id = $id'],
  [
    'task_offer',
    'task_offer_pkey',
    'delete from dispatcher.task_offer where $org and task_id = any (array(select $id::uuid)) and run_at <= clock_timestamp()',
  ],
  [
    'task_offer',
    'task_offer_turn',
    `select org_id, operator from dispatcher.task_offer where operator <> '' order by org_id, operator limit 1`,
  ],
  [
    'task_offer',
    'task_offer_turn',
    `select * from dispatcher.task_offer where $org and operator = 'a' and operator <> '' and run_at <= now() order by priority desc, run_at limit 9`,
  ],
])(
  'a statement that is planned while %s is empty finds its rows by %s',
  async (table, index, statement) => {
    const text = statement.replace('$org', `org_id = '${org}'`).replace('$id', `'${randomUUID()}'`);
    expect(await indexWhenEmpty(table, text)).toBe(index);
  },
  60_000,
);
