import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { jobsSubmit, type Lease, limitsList, limitsPut, limitsRemove, tasksClaim } from '@headgate/contracts';
import { asker, Crashes, startStack, type Stack } from '@headgate/testing';
import { dispatcher } from './dispatcher.module.ts';

const runner = asker(undefined, 'runner');
const gateway = asker(undefined, 'gateway');
const crashes = new Crashes((pid) => stack.sql('select pg_terminate_backend($1)', [pid]));
let stack: Stack;

beforeAll(async () => {
  stack = await startStack([crashes.around(dispatcher), runner.service, gateway.service], { logLevel: 'silent' });
  expect(stack.drift).toEqual([]);
}, 120_000);
afterAll(() => stack?.stop());

const limit = (org: string, key: string, starts: number, burst = 1, seconds = 1) =>
  gateway.ask(limitsPut, { key, starts, seconds, burst }, org);

/** A job of so many tasks of a key; `operator` keeps the tests apart. */
function submit(org: string, operator: string, count: number, rateKey?: string): Promise<{ job: string }> {
  const task = { operator, spec: {}, ...(rateKey && { rateKey }) };
  const tasks = Array.from({ length: count }, (_, n) => ({ ...task, name: `t${n}` }));
  return runner.ask(jobsSubmit, { project: 'jaffle', environment: 'dev', key: `${operator} of ${org}`, tasks }, org);
}

/** Leases all of them, by workers that ask again and again. @returns when each came, ms */
async function claimAll(operator: string, count: number, workers = 3): Promise<{ at: number; lease: Lease }[]> {
  const got: { at: number; lease: Lease }[] = [];
  const work = async (worker: string) => {
    while (got.length < count) {
      const { leases } = await runner.ask(tasksClaim, { worker, operators: [operator], max: 4, wait: 1 });
      got.push(...leases.map((lease) => ({ at: performance.now(), lease })));
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, n) => work(`${operator} ${n}`)));
  return got;
}

const pace = async (org: string) =>
  (
    await stack.sql<{ started_us: string; slotted_us: string }>(
      'select * from dispatcher.rate_pace where org_id = $1',
      [org],
    )
  )[0];

test('as many start as the limit allows, however many workers ask, and none is lost', async () => {
  const org = randomUUID();
  await limit(org, 'api', 20, 4);
  const from = performance.now();
  await submit(org, org, 30, 'api');
  const got = await claimAll(org, 30);
  expect(new Set(got.map(({ lease }) => lease.task)).size).toBe(30);
  // The first four at once, then one each 50 ms: never before its time, and not far behind.
  got.forEach(({ at }, n) => expect(at - from).toBeGreaterThanOrEqual(Math.max(0, n - 3) * 50));
}, 60_000);

test('a key without a limit, and the same key of another organization, are not held up', async () => {
  const [org, other] = [randomUUID(), randomUUID()];
  await limit(org, 'api', 1, 1, 3600);
  await submit(org, org, 200, 'api');
  await submit(other, org, 5, 'api');
  await submit(randomUUID(), org, 5);
  const got = await claimAll(org, 11);
  expect(got.filter(({ lease }) => lease.org === org)).toHaveLength(1);
}, 60_000);

test('what became ready while no worker came is put off, and keeps nobody else waiting', async () => {
  const [org, other] = [randomUUID(), randomUUID()];
  await limit(org, 'api', 1, 1, 3600);
  await submit(org, org, 100, 'api');
  // An hour for each has passed, and nobody has asked.
  await stack.sql(`update dispatcher.task_offer set run_at = now() - interval '1 minute' where org_id = $1`, [org]);
  await submit(other, org, 10);
  const got = await claimAll(org, 11, 1);
  expect(got.filter(({ lease }) => lease.org === org)).toHaveLength(1);
  const later = async () =>
    await stack.sql<{ n: number }>(
      `select count(distinct run_at)::int as n from dispatcher.task_offer where org_id = $1 and run_at > now()`,
      [org],
    );
  while ((await later())[0]!.n < 99) await runner.ask(tasksClaim, { worker: 'w', operators: [org], max: 8, wait: 0 });
}, 60_000);

test('a limit that is raised or removed frees what waits for it', async () => {
  const org = randomUUID();
  await limit(org, 'api', 1, 1, 3600);
  await submit(org, org, 40, 'api');
  await claimAll(org, 1);
  await limit(org, 'api', 100, 10);
  const raised = await claimAll(org, 15);
  await limit(org, 'api', 1, 1, 3600);
  await gateway.ask(limitsRemove, { key: 'api' }, org);
  await claimAll(org, 39 - raised.length);
  expect(await pace(org)).toBeUndefined();
  expect(await gateway.ask(limitsList, {}, org)).toEqual({ items: [] });
  await expect(gateway.ask(limitsRemove, { key: 'api' }, org)).rejects.toMatchObject({ code: 'not-found' });
}, 60_000);

test('what is delayed takes no slot from those before it, and a task that is tried again is counted again', async () => {
  const org = randomUUID();
  await limit(org, 'api', 1, 1, 3600);
  const task = { operator: org, spec: {}, rateKey: 'api' };
  const tasks = [
    { ...task, name: 'later', delaySeconds: 86_400 },
    { ...task, name: 'behind', after: ['now'] },
    { ...task, name: 'now' },
  ];
  await runner.ask(jobsSubmit, { project: 'jaffle', environment: 'dev', key: 'k', tasks }, org);
  const [first] = await claimAll(org, 1);
  expect(first!.lease.attempt).toBe(1);
  const before = Number((await pace(org))!.started_us);
  await stack.sql('update dispatcher.task_lease set until = now() where org_id = $1', [org]);
  const slotOf = `select extract(epoch from run_at - now())::int as wait from dispatcher.task_offer where task_id = $1`;
  let slot: { wait: number } | undefined;
  while (!slot) [slot] = await stack.sql<{ wait: number }>(slotOf, [first!.lease.task]);
  expect(slot.wait).toBeGreaterThan(3500);
  expect(slot.wait).toBeLessThan(3700);
  expect(Number((await pace(org))!.started_us)).toBe(before);
}, 60_000);

test('a crash between any two statements of a limited claim loses no task and starts none too many', async () => {
  const places = Array.from({ length: 12 }, (_, at) => at);
  const met = await Promise.all(
    places.map(async (at) => {
      const org = randomUUID();
      await limit(org, 'api', 4, 2);
      await submit(org, org, 3, 'api');
      const from = performance.now();
      crashes.after(org, at);
      // What was leased in a claim whose answer was lost counts as started; its lease runs out, and it starts again.
      await runner.ask(tasksClaim, { worker: 'first', operators: [org], max: 3, wait: 1 });
      const isMet = crashes.met(org);
      const left = async () => (await stack.sql('select 1 from dispatcher.task_offer where org_id = $1', [org])).length;
      while ((await left()) > 0) await runner.ask(tasksClaim, { worker: 'w', operators: [org], max: 3, wait: 1 });
      const started = await stack.sql<{ attempt: number }>(
        'select attempt from dispatcher.task where org_id = $1 and status = $2',
        [org, 'leased'],
      );
      expect(started).toHaveLength(3);
      // Two at once, and the third 250 ms later.
      expect(performance.now() - from).toBeGreaterThanOrEqual(250);
      return isMet;
    }),
  );
  expect(met.slice(0, 5)).toEqual(Array(5).fill(true));
  expect(met.at(-1)).toBe(false);
}, 120_000);

test('whoever sets a limit is in the audit', async () => {
  const org = randomUUID();
  await limit(org, 'api', 7, 2, 60);
  await gateway.ask(limitsRemove, { key: 'api' }, org);
  const told = await stack.sql(
    `select type, envelope::jsonb -> 'data' as data, envelope::jsonb #>> '{actor,id}' as actor
     from dispatcher.outbox where org_id = $1 order by ordinal`,
    [org],
  );
  expect(told).toEqual([
    { type: 'limit.set', data: { key: 'api', starts: 7, seconds: 60, burst: 2 }, actor: 'ada' },
    { type: 'limit.removed', data: { key: 'api' }, actor: 'ada' },
  ]);
});
