import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ingestsCreate, sha256 } from '@headgate/contracts';
import { graphRead } from '@headgate/graph-read';
import { ingestion } from '@headgate/ingestion';
import { planner } from '@headgate/planner';
import { asker, Crashes, fixture, RunnerSide, startStack, type Stack } from '@headgate/testing';

const here = { project: 'jaffle', environment: 'dev' };
/** More places than a fire has, from its time to the end of its run: those behind the last statement disturb nothing. */
const places = Array.from({ length: 36 }, (_, at) => at);

let stack: Stack;
const gateway = asker();
const runner = new RunnerSide();
const crashes = new Crashes((pid) => stack.sql('select pg_terminate_backend($1)', [pid]));

beforeAll(async () => {
  const services = [ingestion, graphRead, crashes.around(planner), runner.service, gateway.service];
  stack = await startStack(services, { logLevel: 'silent' });
}, 240_000);
afterAll(() => stack?.stop());

async function ingest(org: string): Promise<void> {
  const blob = await gateway.blobs.put(org, fixture('jaffle-manifest.json.gz'));
  await gateway.ask(
    ingestsCreate,
    { ...here, artifacts: [{ name: 'manifest.json', blob }], revision: sha256('files') },
    org,
  );
  const heard = `select 1 from planner.inbox where org_id = $1 and type = 'snapshot.committed'`;
  while ((await stack.sql(heard, [org])).length === 0) await sleep(20);
}

/** A schedule whose time is a minute ago. */
const insertDue = (org: string) =>
  stack.sql(
    `begin; insert into planner.schedule (org_id, id, project, environment, name, cron, zone, on_ingest, upstream, "select", exclude,
       data, missed, concurrency, approval, paused, next_at, created_by, updated_by)
     values ('${org}', '${randomUUID()}', 'jaffle', 'dev', 'nightly', '* * 1 1 *', 'UTC', false, '[]', '{}', '{}',
       'check', 'run-once', 'queue', false, false, date_trunc('minute', now()), 'ada', 'ada');
     select set_config('app.leaf', pg_current_xact_id()::text, true); commit`,
  );

const one = async (sql: string, org: string) => (await stack.sql<{ it: string }>(sql, [org])).map(({ it }) => it);

/** One after the other: all at once they would wait for each other longer than a request does. */
async function organizations(count: number): Promise<string[]> {
  const orgs = Array.from({ length: count }, () => randomUUID());
  for (const org of orgs) await ingest(org);
  return orgs;
}

async function life(org: string, at: number): Promise<boolean> {
  crashes.after(org, at);
  await insertDue(org);
  const started = () => runner.started.find(({ call }) => call.org === org);
  while (!started()) await sleep(20);
  await runner.finish(started()!.decided.plan, 'succeeded');
  const status = 'select status as it from planner.schedule_fire where org_id = $1';
  while ((await one(status, org))[0] !== 'succeeded') await sleep(50);
  const isMet = crashes.met(org);
  expect(await one(status, org)).toEqual(['succeeded']);
  expect(
    await one(
      `select type as it from planner.outbox where org_id = $1 and type <> 'schedule.created' order by ordinal`,
      org,
    ),
  ).toEqual(['schedule.fired', 'plan.proposed', 'plan.decided']);
  expect(await one('select status as it from planner.plan where org_id = $1', org)).toEqual(['allowed']);
  expect(await one(`select type as it from runner.outbox where org_id = $1 order by ordinal`, org)).toEqual([
    ...['run.requested', 'run.finished'],
  ]);
  expect(await one('select next_at > now() as it from planner.schedule where org_id = $1', org)).toEqual([true]);
  return isMet;
}

test('a crash between any two statements, from the time that comes to the end of its run, loses no run and doubles none', async () => {
  const orgs = await organizations(places.length);
  const met = await Promise.all(places.map((at) => life(orgs[at]!, at)));
  expect(met.slice(0, 20)).toEqual(Array(20).fill(true));
  expect(met.at(-1)).toBe(false);
}, 240_000);
