import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ingestsCreate, sha256 } from '@headgate/contracts';
import { graphRead } from '@headgate/graph-read';
import { ingestion } from '@headgate/ingestion';
import { planner } from '@headgate/planner';
import { asker, Crashes, fixture, RunnerSide, startStack, type Stack } from '@headgate/testing';
import pg from 'pg';

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
const insertDue = (org: string, name = 'nightly') =>
  stack.sql(
    `begin; insert into planner.schedule (org_id, id, project, environment, name, cron, zone, on_ingest, upstream, "select", exclude,
       data, missed, concurrency, approval, paused, next_at, created_by, updated_by)
     values ('${org}', '${randomUUID()}', 'jaffle', 'dev', '${name}', '* * 1 1 *', 'UTC', false, '[]', '{}', '{}',
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

/** The fire of a schedule, once it is in one of these states. */
async function fireOf(org: string, name: string, statuses: string[]) {
  interface Fire extends Record<string, unknown> {
    readonly id: string;
    readonly status: string;
    readonly plan_id: string;
    readonly run_id: string | null;
    readonly reason: string | null;
    readonly attempts: number;
    readonly until: number;
    /** How long it is held from now on, s. */
    readonly ahead: number;
  }
  for (;;) {
    const [fire] = await stack.sql<Fire>(
      `select f.*, extract(epoch from held_until)::float8 as until,
         extract(epoch from held_until - clock_timestamp())::float8 as ahead
       from planner.schedule_fire f join planner.schedule s on s.org_id = f.org_id and s.id = f.schedule_id
       where f.org_id = $1 and s.name = $2`,
      [org, name],
    );
    if (fire && statuses.includes(fire.status)) return fire;
    await sleep(20);
  }
}

test('a fire whose plan becomes no run is given up after a while; if the run begins after all, it ends as that does', async () => {
  const [org] = (await organizations(1)) as [string];
  runner.isHeldUp = true;
  await insertDue(org, 'first');
  const first = await fireOf(org, 'first', ['running']);
  await insertDue(org, 'second');
  await fireOf(org, 'second', ['queued']);
  expect(first.ahead).toBeGreaterThan(14 * 60);
  expect(first.ahead).toBeLessThanOrEqual(15 * 60);
  await stack.sql('update planner.schedule_fire set held_until = now() where id = $1', [first.id]);
  const { reason } = await fireOf(org, 'first', ['failed']);
  expect(reason).toBe('no run of its plan began within 15 minutes');
  const told = await stack.sql<{ data: object }>(
    `select envelope::jsonb -> 'data' as data from planner.outbox where org_id = $1 and type = 'schedule.stranded'`,
    [org],
  );
  expect(told).toMatchObject([{ data: { schedule: 'first', fire: first.id, plan: first.plan_id, reason } }]);
  // The turn has gone on to the next one, and both runs begin late.
  const second = await fireOf(org, 'second', ['running']);
  while (runner.heldUp.length < 2) await sleep(20);
  await runner.begin();
  while ((await fireOf(org, 'first', ['failed'])).run_id === null) await sleep(20);
  await runner.finish(first.plan_id, 'succeeded');
  expect(await fireOf(org, 'first', ['succeeded'])).toMatchObject({ id: first.id, reason: null });
  await runner.finish(second.plan_id, 'succeeded');
  await fireOf(org, 'second', ['succeeded']);
}, 120_000);

test('whoever plans says so all the time; a planner that is gone is followed by another one within 20 seconds', async () => {
  const [org] = (await organizations(1)) as [string];
  // While somebody else holds this, no plan can be worked out.
  const { host, port, database, owner } = stack.host.postgres;
  const blocker = new pg.Client({ host, port, database, user: owner.user, password: owner.password });
  await blocker.connect();
  await blocker.query('begin; lock table planner.environment_state');
  await insertDue(org);
  const first = await fireOf(org, 'nightly', ['planning']);
  let last = first;
  while (last.until <= first.until) {
    await sleep(50);
    last = await fireOf(org, 'nightly', ['planning']);
    expect(last.ahead).toBeLessThanOrEqual(20);
  }
  expect(last.attempts).toBe(1);
  await blocker.query('rollback');
  await blocker.end();
  const { id, plan_id } = await fireOf(org, 'nightly', ['running']);
  while (!runner.started.some(({ decided }) => decided.plan === plan_id)) await sleep(20);
  await runner.finish(plan_id, 'succeeded');
  await fireOf(org, 'nightly', ['succeeded']);
  // What a planner leaves behind that is killed in the middle.
  await stack.sql(
    `update planner.schedule_fire set status = 'planning', plan_id = null, run_id = null, ended_at = null,
       held_until = now() + interval '1 second' where id = $1`,
    [id],
  );
  expect(await fireOf(org, 'nightly', ['nothing', 'running'])).toMatchObject({ id, attempts: 2 });
}, 120_000);
