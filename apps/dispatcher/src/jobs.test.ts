import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  deadLettersDiscard,
  deadLettersGet,
  deadLettersList,
  deadLettersReplay,
  jobsCancel,
  jobsSubmit,
  type JobsSubmitInput,
  type Lease,
  tasksClaim,
  tasksComplete,
  tasksHeartbeat,
} from '@headgate/contracts';
import { type Call, Clients, type Service } from '@headgate/kit';
import { startStack, type Stack } from '@headgate/testing';
import { Module } from '@nestjs/common';
import { dispatcher } from './dispatcher.module.ts';

let clients: Clients;
@Module({})
class RunnerSide {
  constructor(own: Clients) {
    clients = own;
  }
}
const peer: Service = { name: 'runner', module: RunnerSide };
let gateway: Clients;
@Module({})
class GatewaySide {
  constructor(own: Clients) {
    gateway = own;
  }
}

let stack: Stack;
let org: string;
beforeAll(async () => {
  stack = await startStack([dispatcher, peer, { name: 'gateway', module: GatewaySide }]);
}, 120_000);
afterAll(() => stack?.stop());
beforeEach(() => void (org = randomUUID()));

const call = (): Call => ({ org, actor: { kind: 'service', id: 'runner' }, requestId: 'r-1', correlationId: 'c-1' });
type Wanted = Partial<JobsSubmitInput['tasks'][number]> & { name: string };
/** Each test has an operator of its own, so that none is given what another left. */
const submit = (tasks: Wanted[], key: string = randomUUID()) =>
  clients.call(
    jobsSubmit,
    {
      ...{ project: 'jaffle', environment: 'dev', key },
      tasks: tasks.map((task) => ({ operator: org, spec: { of: task.name }, ...task })),
    },
    call(),
  );
const claim = async (max = 10, wait = 5): Promise<Lease[]> =>
  (await clients.call(tasksClaim, { worker: 'w', operators: [org], max, wait }, call())).leases;
const complete = ({ task, attempt }: Lease, outcome: 'succeeded' | 'failed' = 'succeeded', more = {}) =>
  clients.call(tasksComplete, { org, task, attempt, worker: 'w', outcome, result: {}, ...more }, call());
const beat = ({ task, attempt }: Lease) =>
  clients.call(tasksHeartbeat, { worker: 'w', held: [{ org, task, attempt }] }, call());
const states = async (job: string) =>
  Object.fromEntries(
    (
      await stack.sql<{ name: string; status: string }>('select name, status from dispatcher.task where job_id = $1', [
        job,
      ])
    ).map(({ name, status }) => [name, status]),
  );
const isOver = async (job: string) =>
  (await stack.sql('select 1 from dispatcher.job where id = $1 and finished_at is not null', [job])).length === 1;
const names = (leases: Lease[]) => leases.map(({ spec }) => spec['of']).sort();

test('a task begins when all that it waits for has succeeded, and the job ends with the last', async () => {
  const { job } = await submit([
    { name: 'load', after: ['left', 'right'] },
    { name: 'left', after: ['start'] },
    { name: 'right', after: ['start'] },
    { name: 'start' },
  ]);
  const [start] = await claim();
  expect(await states(job)).toEqual({ start: 'leased', left: 'blocked', right: 'blocked', load: 'blocked' });
  await complete(start!);
  const both = await claim();
  expect(names(both)).toEqual(['left', 'right']);
  await Promise.all(both.map((lease) => complete(lease)));
  const last = await claim();
  expect(names(last)).toEqual(['load']);
  expect(await isOver(job)).toBe(false);
  await complete(last[0]!);
  expect(await isOver(job)).toBe(true);
  const events = await stack.sql<{ cause: string }>(
    `select envelope::jsonb ->> 'correlationid' as cause from dispatcher.outbox where org_id = $1`,
    [org],
  );
  expect(new Set(events.map(({ cause }) => cause))).toEqual(new Set(['c-1']));
}, 60_000);

test('a worker that ends a task is given the next one of its organization by the same commit', async () => {
  const next = { next: [org] };
  await submit([{ name: 'a' }, { name: 'b', priority: 1 }, { name: 'c' }, { name: 'keyed', concurrencyKey: 'k' }]);
  const [first] = await claim(1);
  expect(first!.spec).toEqual({ of: 'b' });
  const answer = await complete(first!, 'succeeded', next);
  expect(answer).toMatchObject({ committed: true, status: 'succeeded', next: { org, attempt: 1, spec: { of: 'a' } } });
  // Said again, it is confirmed, and brings nothing: who did not hear of the lease has not got it.
  expect(await complete(first!, 'succeeded', next)).toEqual({ committed: true, status: 'succeeded' });
  const commits = await stack.sql<{ types: string[] }>(
    `select array_agg(type order by ordinal) as types from dispatcher.outbox where org_id = $1 group by xmin::text order by min(ordinal)`,
    [org],
  );
  expect(commits.map(({ types }) => types)).toContainEqual(['task.finished', 'task.claimed']);
  expect(await beat(answer.next!)).toEqual({ lost: [], cancel: [] });
  const failed = await complete(answer.next!, 'failed', next);
  expect(failed.next).toMatchObject({ spec: { of: 'c' } });
  // What has a key may have to wait: claiming finds out.
  expect(await complete(failed.next!, 'succeeded', next)).toEqual({ committed: true, status: 'succeeded' });
  expect(names(await claim())).toEqual(['keyed']);
}, 60_000);

test("the next one is another organization's turn: then the worker has to claim it", async () => {
  const own = org;
  await submit([{ name: 'a' }, { name: 'b' }]);
  const [first] = await claim(1);
  org = randomUUID();
  await submit([{ name: 'other', operator: own }]);
  org = own;
  const next = { next: [own] };
  expect(await complete(first!, 'succeeded', next)).toEqual({ committed: true, status: 'succeeded' });
  expect(names(await claim())).toEqual(['b', 'other']);
}, 60_000);

test('what waits for a task that failed is cancelled, with all behind it; what does not, goes on', async () => {
  const { job } = await submit([
    ...[{ name: 'a' }, { name: 'b', after: ['a'] }, { name: 'c', after: ['b'] }],
    ...[{ name: 'x' }, { name: 'y', after: ['x'] }],
  ]);
  const roots = await claim();
  for (const lease of roots) await complete(lease, lease.spec['of'] === 'a' ? 'failed' : 'succeeded');
  expect(names(await claim())).toEqual(['y']);
  expect(await states(job)).toEqual({ a: 'failed', b: 'cancelled', c: 'cancelled', x: 'succeeded', y: 'leased' });
}, 60_000);

test('a job that cannot be ordered is refused, with what is wrong', async () => {
  const refused = (tasks: Wanted[], why: string) =>
    expect(submit(tasks)).rejects.toMatchObject({ code: 'contract.invalid', detail: expect.stringContaining(why) });
  await refused(
    [
      { name: 'a', after: ['b'] },
      { name: 'b', after: ['a'] },
    ],
    'wait for each other: a, b',
  );
  await refused([{ name: 'a', after: ['nobody'] }], 'a waits for nobody');
  await refused([{ name: 'a' }, { name: 'a' }], 'one name');
});

test('the same key is the same job, also when both come at once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => submit([{ name: 'only' }], 'same')));
  answers.push(await submit([{ name: 'only' }], 'same'));
  expect(new Set(answers.map(({ job }) => job)).size).toBe(1);
  expect(answers.filter(({ created }) => created)).toHaveLength(1);
  expect(await claim(10, 1)).toHaveLength(1);
}, 60_000);

test('a failure that may pass is tried again after a wait that doubles, as often as allowed', async () => {
  await submit([{ name: 'flaky', maxAttempts: 3, backoffMs: 40 }]);
  for (const attempt of [1, 2]) {
    const [lease] = await claim();
    expect(lease!.attempt).toBe(attempt);
    expect(await complete(lease!, 'failed', { retry: true, cause: 'not now' })).toEqual({
      committed: true,
      status: 'queued',
    });
  }
  const [last] = await claim();
  expect(await complete(last!, 'failed', { retry: true })).toEqual({ committed: true, status: 'failed' });
  const attempts = await stack.sql(
    'select outcome, cause from dispatcher.task_attempt where org_id = $1 order by attempt',
    [org],
  );
  expect(attempts).toEqual([
    { outcome: 'failed', cause: 'not now' },
    { outcome: 'failed', cause: 'not now' },
    { outcome: 'failed', cause: null },
  ]);
}, 60_000);

test('of one organization the highest priority comes first, then the oldest', async () => {
  await submit([{ name: 'old' }]);
  await submit([{ name: 'low', priority: -1 }]);
  await submit([{ name: 'high', priority: 5 }]);
  await submit([{ name: 'new' }]);
  const order = [];
  for (let n = 0; n < 4; n++) order.push((await claim(1))[0]!.spec['of']);
  expect(order).toEqual(['high', 'old', 'new', 'low']);
}, 60_000);

/** Resolves when what was asked before has come, and most likely a look is over. */
async function isHeard(): Promise<void> {
  const held = [{ org, task: randomUUID(), attempt: 1 }];
  for (let n = 0; n < 5; n++) await clients.call(tasksHeartbeat, { worker: 'w', held }, call());
}

/** Whether a waiting worker was given the task by the commit that wrote it, and what it was given. */
async function handedOver(task: Wanted): Promise<{ lease: Lease; inOne: boolean }> {
  const waiting = claim(1, 20);
  await isHeard();
  await submit([task]);
  const [lease] = await waiting;
  const [row] = await stack.sql<{ in_one: boolean }>(
    `select l.xmin = j.xmin as in_one from dispatcher.job j, dispatcher.task_lease l where j.id = $1 and l.task_id = $2`,
    [lease!.job, lease!.task],
  );
  return { lease: lease!, inOne: row!.in_one };
}

test('a worker that waits is given a new task by the very commit that writes it, which tells both', async () => {
  let given = await handedOver({ name: 'a' });
  // A look may have been under way, and found it first.
  while (!given.inOne) given = await handedOver({ name: 'a' });
  const { lease } = given;
  expect(lease).toMatchObject({ org, attempt: 1, operator: org, spec: { of: 'a' } });
  expect(await stack.sql('select 1 from dispatcher.task_offer where task_id = $1', [lease.task])).toEqual([]);
  const told = await stack.sql<{ type: string; correlation: string; worker: string | null }>(
    `select type, envelope::jsonb ->> 'correlationid' as correlation, envelope::jsonb #>> '{data,worker}' as worker
     from dispatcher.outbox where org_id = $1 and envelope::jsonb #>> '{data,task}' = $2 order by ordinal`,
    [org, lease.task],
  );
  expect(told).toEqual([
    { type: 'task.queued', correlation: 'c-1', worker: null },
    { type: 'task.claimed', correlation: 'c-1', worker: 'w' },
  ]);
  expect(await beat(lease)).toEqual({ lost: [], cancel: [] });
  expect(await complete(lease)).toEqual({ committed: true, status: 'succeeded' });
  expect(await isOver(lease.job)).toBe(true);
}, 60_000);

test('no worker is given at once what has to wait for its time or for its concurrency key', async () => {
  const [first, later] = [await handedOver({ name: 'a', concurrencyKey: 'one' }), claim(1, 2)];
  expect(first.inOne).toBe(false);
  await submit([{ name: 'b', concurrencyKey: 'one' }]);
  await submit([{ name: 'c', delaySeconds: 60 }]);
  expect(await later).toEqual([]);
}, 60_000);

test('a worker that was to be given a task whose submission fails is given the next one', async () => {
  const waiting = claim(1, 20);
  await isHeard();
  const inputs = [{ dataset: 'nowhere', version: 1 }];
  await expect(submit([{ name: 'a', inputs }])).rejects.toMatchObject({ code: 'not-found' });
  await submit([{ name: 'b' }]);
  expect(names(await waiting)).toEqual(['b']);
}, 60_000);

test('what is cancelled before it starts never starts; what runs is told, and nothing of it is queued afterwards', async () => {
  const { job } = await submit([{ name: 'a', maxAttempts: 5 }, { name: 'b' }, { name: 'c', after: ['a'] }]);
  const [running] = await claim(1);
  expect(await clients.call(jobsCancel, { job }, call())).toEqual({ ended: false });
  expect(await beat(running!)).toEqual({ lost: [], cancel: [running!.task] });
  expect(await complete(running!, 'failed', { retry: true })).toEqual({ committed: true, status: 'failed' });
  expect(await claim(10, 0)).toEqual([]);
  expect(await isOver(job)).toBe(true);
  expect(await clients.call(jobsCancel, { job }, call())).toEqual({ ended: true });
  const strangers = clients.call(jobsCancel, { job }, { ...call(), org: randomUUID() });
  await expect(strangers).rejects.toMatchObject({ code: 'not-found' });
}, 60_000);

test('a task whose deadline passes while it waits fails; one that runs is asked to stop', async () => {
  const { job } = await submit([
    { name: 'late', deadlineSeconds: 1, delaySeconds: 60 },
    { name: 'slow', deadlineSeconds: 1 },
  ]);
  const [slow] = await claim();
  while ((await beat(slow!)).cancel.length === 0) await sleep(50);
  while ((await states(job))['late'] !== 'failed') await sleep(50);
  expect(await states(job)).toEqual({ late: 'failed', slow: 'leased' });
}, 60_000);

test('a task out of attempts is a dead letter: it can be looked at, replayed once under its origin, or given up with a reason', async () => {
  const place = { project: 'jaffle', environment: 'dev' };
  const letters = async () => (await gateway.call(deadLettersList, place, call())).items;
  const { job } = await submit([{ name: 'doomed', maxAttempts: 2, backoffMs: 1 }, { name: 'plain' }]);
  for (let failures = 0; failures < 3;)
    for (const lease of await claim()) {
      await complete(lease, 'failed', { retry: lease.spec['of'] === 'doomed', cause: 'no luck' });
      failures++;
    }
  const [letter, ...others] = await letters();
  expect(others).toEqual([]);
  expect(letter).toMatchObject({ job, origin: job, name: 'doomed', attempts: 2, cause: 'no luck', state: 'open' });
  const { task } = letter!;
  const { history, spec } = await gateway.call(deadLettersGet, { task }, call());
  expect({ spec, tried: history.map(({ attempt, outcome }) => [attempt, outcome]) }).toEqual({
    spec: { of: 'doomed' },
    tried: [
      [1, 'failed'],
      [2, 'failed'],
    ],
  });
  const replays = await Promise.all([1, 2].map(() => gateway.call(deadLettersReplay, { task }, call())));
  expect(replays[0]).toEqual(replays[1]);
  for (let again = 0; again < 2; again++) await complete((await claim())[0]!, 'failed', { retry: true });
  const [second] = await letters();
  expect(second).toMatchObject({ job: replays[0]!.job, origin: job, state: 'open' });
  const reason = 'its source is gone';
  const discard = () => gateway.call(deadLettersDiscard, { task: second!.task, reason }, call());
  expect(await discard()).toMatchObject({ state: 'discarded', reason });
  await expect(discard()).rejects.toMatchObject({ code: 'conflict' });
  expect((await letters()).map(({ state }) => state)).toEqual(['discarded', 'replayed']);
  const stranger = { ...call(), org: randomUUID() };
  await expect(gateway.call(deadLettersReplay, { task }, stranger)).rejects.toMatchObject({ code: 'not-found' });
}, 60_000);
