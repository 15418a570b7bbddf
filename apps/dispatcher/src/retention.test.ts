import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { jobsSubmit, tasksClaim, tasksComplete } from '@headgate/contracts';
import { asker, startStack, type Stack, Tenant } from '@headgate/testing';
import { dispatcher } from './dispatcher.module.ts';

const runner = asker(undefined, 'runner');
const day = 86_400_000;
let stack: Stack;

beforeAll(async () => {
  stack = await startStack([dispatcher, runner.service], { dispatcher: { keepDays: 2000 / day } });
}, 120_000);
afterAll(() => stack?.stop());

/** A job of two tasks, the second of which waits for the first. */
async function submit(key: string): Promise<string> {
  const task = { operator: 'load', spec: {}, maxAttempts: 1 };
  const tasks = [
    { ...task, name: 'a' },
    { ...task, name: 'b', after: ['a'] },
  ];
  return (await runner.ask(jobsSubmit, { project: 'jaffle', environment: 'dev', key, tasks })).job;
}

async function work(outcome: 'succeeded' | 'failed'): Promise<void> {
  const claimed = await runner.ask(tasksClaim, { worker: 'w', operators: ['load'], max: 1, wait: 10 });
  const [{ org, task, attempt }] = claimed.leases as [(typeof claimed.leases)[0]];
  const report = { org, task, attempt, worker: 'w', outcome, retry: true, result: {} };
  expect(await runner.ask(tasksComplete, report)).toMatchObject({ committed: true });
}

test('ended jobs go with all that belongs to them; what is open, leased or undecided stays', async () => {
  const ended = await submit('ended');
  await work('succeeded');
  await work('succeeded');
  const undecided = await submit('undecided');
  await work('failed');
  const leased = await submit('leased');
  await work('succeeded');
  await runner.ask(tasksClaim, { worker: 'w', operators: ['load'], max: 1, wait: 10 });
  const waiting = await submit('waiting');

  const jobs = async () =>
    (await stack.sql<{ id: string }>('select id from dispatcher.job order by id')).map(({ id }) => id);
  while ((await jobs()).includes(ended)) await sleep(100);
  // All of them are old enough by now, and have been looked at as often as the one that is gone.
  await sleep(2500);
  expect(await jobs()).toEqual([undecided, leased, waiting]);
  const count = async (table: string, key: string) =>
    (await stack.sql<{ n: number }>(`select count(distinct ${key})::int as n from dispatcher.${table}`))[0]!.n;
  expect(await count('task', 'id')).toBe(6);
  expect(await count('task_dependency', 'task_id')).toBe(3);
  expect(await count('task_attempt', 'task_id')).toBe(2);

  const told = await stack.sql(
    `select envelope::jsonb -> 'data' as data from dispatcher.outbox where type = 'job.removed'`,
  );
  expect(told).toEqual([{ data: { jobs: 1, tasks: 2, days: 2000 / day } }]);
  // Its key is forgotten with it.
  expect(await submit('ended')).not.toBe(ended);
}, 120_000);

test('what a removed task had read is free to be purged, and what it put out stays', async () => {
  const tenant = new Tenant(runner, runner);
  await tenant.put('orders', 'replace', [1, 2]);
  const lease = await tenant.lease(1, [{ dataset: 'orders', version: 1 }]);
  const left = async () => ({
    jobs: (await stack.sql('select 1 from dispatcher.job where org_id = $1', [tenant.org])).length,
    inputs: (await stack.sql('select 1 from dispatcher.task_input where org_id = $1', [tenant.org])).length,
  });
  expect((await left()).inputs).toBe(1);
  await tenant.complete(lease, []);
  while ((await left()).jobs > 0) await sleep(100);
  expect(await left()).toEqual({ jobs: 0, inputs: 0 });
  expect(await tenant.ids('orders')).toEqual([1, 2]);
}, 120_000);
