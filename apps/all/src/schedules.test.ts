import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Schedule, type ScheduleFire, sha256 } from '@headgate/contracts';
import { gateway } from '@headgate/gateway';
import { graphRead } from '@headgate/graph-read';
import { identity } from '@headgate/identity';
import { ingestion } from '@headgate/ingestion';
import { serve } from '@headgate/kit';
import { planner } from '@headgate/planner';
import { fixture, RunnerSide, type Stack, startStack } from '@headgate/testing';

jest.setTimeout(120_000);

type Problem = { code: string; detail: string; where: string; hint: string };
type Body = Record<string, unknown> & Problem;

const revision = sha256('files');
const runner = new RunnerSide();

let stack: Stack;
/** Every test has environments of its own, since one scheduled run at a time is what an environment allows. */
let env = '';
let made = 0;
let ingests = 0;

beforeAll(async () => {
  stack = await startStack([identity, ingestion, graphRead, planner, runner.service, gateway]);
  await ask('POST', '/api/v1/projects', { project: 'shop' });
}, 120_000);
afterAll(() => stack?.stop());
beforeEach(async () => {
  env = await newEnvironment();
});

const place = (environment = env) => `/api/v1/projects/shop/environments/${environment}`;

async function ask<T = Body>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await stack.http<T>(method, path, body);
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.text}`);
  return answer.body;
}

const refused = async (method: string, path: string, body?: unknown) => {
  const { status, body: problem } = await stack.http<Problem>(method, path, body);
  return { status, ...problem };
};

async function newEnvironment(): Promise<string> {
  const environment = `env${++made}`;
  await ask('POST', '/api/v1/projects/shop/environments', { environment });
  await ingest(environment);
  return environment;
}

async function ingest(environment: string, description = ''): Promise<void> {
  const manifest = JSON.parse(fixture('jaffle-manifest.json.gz').toString());
  manifest.nodes['model.jaffle.customers'].description = description;
  const bytes = Buffer.from(JSON.stringify(manifest));
  const blob = sha256(bytes);
  await ask('PUT', `/api/v1/blobs/${blob}`, bytes);
  await ask('POST', `${place(environment)}/ingests`, { artifacts: [{ name: 'manifest.json', blob }], revision });
  ingests++;
  const heard = `select 1 from planner.inbox where type = 'snapshot.committed'`;
  while ((await stack.sql(heard)).length < ingests) await sleep(10);
}

const create = (name: string, more: object = {}, environment = env) =>
  ask<Schedule>('POST', `${place(environment)}/schedules`, { name, cron: '0 2 * * *', zone: 'Europe/Berlin', ...more });

const fires = async (name: string, environment = env) =>
  (await ask<{ items: ScheduleFire[] }>('GET', `${place(environment)}/schedules/${name}/fires`)).items;

const fire = (name: string, environment = env, body: object = {}) =>
  ask<ScheduleFire>('POST', `${place(environment)}/schedules/${name}/fire`, body);

/** The newest fire, once it is in one of these states. */
async function newest(name: string, statuses: ScheduleFire['status'][], environment = env): Promise<ScheduleFire> {
  for (;;) {
    const [first] = await fires(name, environment);
    if (first && statuses.includes(first.status)) return first;
    await sleep(20);
  }
}

/** Ends the run of the newest fire, once there is one. */
async function end(
  name: string,
  outcome: 'succeeded' | 'failed' = 'succeeded',
  environment = env,
): Promise<ScheduleFire> {
  let running = await newest(name, ['running'], environment);
  while (!running.run) running = await newest(name, ['running'], environment);
  await runner.finish(running.plan!, outcome);
  return running;
}

/** Moves the planned time of a schedule, as if the clock had moved. */
const due = (interval: string, names: string[], environment = env) =>
  stack.sql(
    `begin; update planner.schedule set next_at = date_trunc('minute', now()) - interval '${interval}'
       where environment = '${environment}' and name in ('${names.join(`','`)}');
     select set_config('app.leaf', pg_current_xact_id()::text, true); commit`,
  );

const runsOf = (environment = env) => runner.started.filter(({ decided }) => decided.environment === environment);

test('entities and migrations agree', () => expect(stack.drift).toEqual([]));

test('a schedule tells its next time, on the clock of its zone; each change of it is in the audit', async () => {
  const schedule = await create('nightly', { select: ['tag:nightly+'] });
  expect(schedule).toMatchObject({
    ...{ name: 'nightly', cron: '0 2 * * *', zone: 'Europe/Berlin', paused: false, version: 1, createdBy: 'owner' },
    ...{ missed: 'run-once', concurrency: 'queue', data: 'check', approval: false, onIngest: false, upstream: [] },
  });
  expect(schedule.nextAt).toMatch(/T0[01]:00:00.000Z$/);
  const { zone, times } = await ask<{ zone: string; times: string[] }>(
    'GET',
    `${place()}/schedules/nightly/next?count=3`,
  );
  expect([zone, times.length, times[0]]).toEqual(['Europe/Berlin', 3, schedule.nextAt]);
  const edited = await ask<Schedule>('PUT', `${place()}/schedules/nightly`, { cron: '30  * * * *', version: 1 });
  expect(edited).toMatchObject({ cron: '30 * * * *', zone: 'UTC', select: [], version: 2 });
  expect(edited.nextAt).toMatch(/:30:00.000Z$/);
  expect(await refused('PUT', `${place()}/schedules/nightly`, { cron: '0 3 * * *', version: 1 })).toMatchObject({
    ...{ code: 'conflict', where: '/version' },
  });
  const paused = await ask<Schedule>('POST', `${place()}/schedules/nightly/pause`);
  expect([paused.paused, paused.nextAt]).toEqual([true, undefined]);
  expect((await ask<Schedule>('POST', `${place()}/schedules/nightly/resume`)).nextAt).toBe(edited.nextAt);
  await ask('DELETE', `${place()}/schedules/nightly`);
  const leaves = await stack.sql<{ type: string; diff: Record<string, unknown> }>(
    `select type, envelope::jsonb -> 'diff' as diff from planner.outbox
     where type like 'schedule.%' and envelope::jsonb ->> 'environment' = $1 order by ordinal`,
    [env],
  );
  expect(leaves.map(({ type }) => type)).toEqual([
    ...['schedule.created', 'schedule.changed', 'schedule.changed', 'schedule.changed', 'schedule.removed'],
  ]);
  expect(leaves[1]!.diff).toMatchObject({ cron: ['0 2 * * *', '30 * * * *'], zone: ['Europe/Berlin', 'UTC'] });
  expect(leaves[2]!.diff).toEqual({ paused: [false, true] });
});

test('what is wrong with a schedule is said, and where', async () => {
  const post = (body: object) => refused('POST', `${place()}/schedules`, { name: 'n', ...body });
  expect(await post({ cron: '0 25 * * *' })).toMatchObject({ status: 400, where: '/cron' });
  expect((await post({ cron: '0 25 * * *' })).detail).toContain('the hour of "0 25 * * *"');
  expect(await post({ cron: '0 2 * * *', zone: 'Europe/Brlin' })).toMatchObject({ status: 400, where: '/zone' });
  const upstream = [{ project: 'shop', environment: 'nowhere' }];
  expect(await post({ upstream })).toMatchObject({ status: 404, where: '/upstream/0' });
  expect((await refused('POST', `${place('nowhere')}/schedules`, { name: 'n' })).status).toBe(404);
  await create('nightly');
  expect(await post({ name: 'nightly' })).toMatchObject({ status: 409, where: '/name' });
  expect((await refused('POST', `${place()}/schedules/no/fire`)).detail).toContain('no schedule called no');
});

test('whoever may not see the runs of an environment is not told of them by a schedule', async () => {
  const upstream = [{ project: 'shop', environment: env }];
  const other = await newEnvironment();
  const { secret } = await ask('POST', '/api/v1/tokens', {
    ...{ name: `engineer of ${other}`, role: 'engineer', project: 'shop', environment: other },
  });
  const as = { token: String(secret) };
  const send = (body: object) => stack.http<Problem>('POST', `${place(other)}/schedules`, body, as);
  expect((await send({ name: 'mine' })).status).toBe(200);
  expect((await send({ name: 'theirs', upstream })).body).toMatchObject({ code: 'forbidden', where: '/upstream/0' });
});

test('a time that has come is one run, which tells its cause, and all that follows has one correlation', async () => {
  await create('nightly');
  await due('1 minute', ['nightly']);
  await end('nightly');
  const over = await newest('nightly', ['succeeded']);
  expect(over).toMatchObject({
    trigger: 'cron',
    missed: 0,
    plannedAt: expect.any(String),
    endedAt: expect.any(String),
  });
  const [{ decided, run }] = runsOf() as [(typeof runner.started)[number]];
  expect([runsOf().length, run, decided.by]).toEqual([1, over.run, over.cause]);
  expect(over.cause).toMatch(/^schedule nightly, planned \d{4}-\d\d-\d\d \d\d:\d\d Europe\/Berlin$/);
  const events = await stack.sql<{ type: string }>(
    `select type from (select envelope, type, id from planner.outbox union all select envelope, type, id from runner.outbox) e
     where envelope::jsonb ->> 'correlationid' = $1 order by id`,
    [over.correlation],
  );
  expect(events.map(({ type }) => type)).toEqual([
    ...['schedule.fired', 'plan.proposed', 'plan.decided', 'run.requested', 'run.finished'],
  ]);
  const { lastFire: last, nextAt: next } = await ask<Schedule>('GET', `${place()}/schedules/nightly`);
  expect([last?.id, Date.parse(next!) > Date.now()]).toEqual([over.id, true]);
});

test.each([
  ['run-once', 'running', 1],
  ['skip', 'skipped', 0],
] as const)(
  'times missed while the install was down: %s, once, however often it starts again',
  async (missed, status, runs) => {
    // Within some minutes of a planned time it would not count as missed.
    const [row] = await stack.sql<{ minute: number }>('select extract(minute from now())::int as minute');
    await create('hourly', { cron: row!.minute < 10 ? '30 * * * *' : '0 * * * *', missed });
    await due('3 hours 10 minutes', ['hourly']);
    await stack.restart();
    const first = await newest('hourly', [status]);
    expect(first.missed).toBeGreaterThanOrEqual(3);
    if (status === 'skipped') expect(first.reason).toContain('passed while the install was down');
    await stack.restart();
    expect((await fires('hourly')).map(({ id }) => id)).toEqual([first.id]);
    const { nextAt: next } = await ask<Schedule>('GET', `${place()}/schedules/hourly`);
    expect(Date.parse(next!)).toBeGreaterThan(Date.now());
    expect(runsOf()).toHaveLength(runs);
  },
);

test('while the environment has a scheduled run, one more fire waits for its turn, and the others are skipped', async () => {
  await create('first', { cron: '0 1 * * *' });
  await create('queued', { cron: '0 2 * * *' });
  await create('hasty', { concurrency: 'skip' });
  await fire('first');
  const running = await newest('first', ['running']);
  expect(await fire('queued')).toMatchObject({ status: 'queued' });
  expect(await fire('queued')).toMatchObject({
    status: 'skipped',
    reason: expect.stringContaining('waits for its turn'),
  });
  expect(await fire('hasty')).toMatchObject({
    ...{ status: 'skipped', reason: 'the environment is busy with schedule first' },
  });
  while (runsOf().length === 0) await sleep(20);
  expect(runsOf()).toHaveLength(1);
  await end('first', 'failed');
  expect(await newest('first', ['failed'])).toMatchObject({ id: running.id });
  const waited = (await fires('queued')).find(({ status }) => status !== 'skipped')!;
  while (runsOf().length < 2) await sleep(20);
  expect((await fires('queued')).find(({ id }) => id === waited.id)).toMatchObject({ status: 'running' });
  expect(runsOf()).toHaveLength(2);
});

test('a pause lets nothing come, neither by the clock nor what waits for its turn; a person still can', async () => {
  await create('other', { cron: '0 1 * * *' });
  await create('nightly', { onIngest: true });
  await fire('other');
  await newest('other', ['running']);
  const { id } = await fire('nightly');
  expect((await ask<Schedule>('POST', `${place()}/schedules/nightly/pause`)).lastFire).toMatchObject({
    ...{ id, status: 'skipped', reason: 'the schedule was paused' },
  });
  await end('other');
  await ingest(env, 'zebra');
  await newest('other', ['succeeded']);
  await fire('nightly');
  await end('nightly');
  expect((await fires('nightly')).map(({ trigger }) => trigger)).toEqual(['manual', 'manual']);
});

test('the same key is the same fire; a token fires as API, a person by hand', async () => {
  await create('nightly');
  const [one, two] = [await fire('nightly', env, { key: 'deploy 7' }), await fire('nightly', env, { key: 'deploy 7' })];
  expect([two.id, one.trigger, one.cause]).toEqual([one.id, 'manual', 'schedule nightly, fired by owner']);
  const { secret } = await ask('POST', '/api/v1/tokens', { name: `ci of ${env}`, role: 'service' });
  await end('nightly');
  const as = { token: String(secret) };
  const third = await stack.http<ScheduleFire>('POST', `${place()}/schedules/nightly/fire`, {}, as);
  expect(third.body).toMatchObject({ trigger: 'api', cause: `schedule nightly, fired by ci of ${env}` });
});

test('a new graph fires what waits for it; a run that succeeds fires what waits downstream, one that fails does not', async () => {
  const upstream = [{ project: 'shop', environment: env }];
  const below = await newEnvironment();
  await create('on-ingest', { cron: undefined, onIngest: true });
  await create('after', { cron: undefined, upstream }, below);
  await ingest(env, 'giraffe');
  const failing = await end('on-ingest', 'failed');
  expect(failing).toMatchObject({ trigger: 'ingest', cause: 'schedule on-ingest, on snapshot 2' });
  await newest('on-ingest', ['failed']);
  await ingest(env, 'lion');
  const { run, correlation } = await end('on-ingest');
  const fired = await newest('after', ['running'], below);
  expect(fired).toMatchObject({
    ...{ trigger: 'upstream', correlation, cause: `schedule after, after run ${run} of shop/${env}` },
  });
  await end('after', 'succeeded', below);
  expect(await fires('after', below)).toHaveLength(1);
});

test('schedules that would set each other off are refused; where that was missed, the circle ends after one turn', async () => {
  const below = await newEnvironment();
  const [here, there] = [env, below].map((environment) => [{ project: 'shop', environment }]);
  await create('b', { cron: undefined, upstream: here }, below);
  const closing = { name: 'a', upstream: there };
  expect(await refused('POST', `${place()}/schedules`, closing)).toMatchObject({ status: 409, where: '/upstream' });
  expect((await refused('POST', `${place()}/schedules`, { name: 'a', upstream: here })).detail).toContain(
    'without end',
  );
  await create('a', { cron: undefined });
  await stack.sql(
    `begin; update planner.schedule set upstream = '${JSON.stringify(there)}' where name = 'a' and environment = '${env}';
     select set_config('app.leaf', pg_current_xact_id()::text, true); commit`,
  );
  await fire('a');
  await end('a');
  await end('b', 'succeeded', below);
  expect(await newest('a', ['skipped'])).toMatchObject({ reason: expect.stringContaining('without end') });
  expect([runsOf().length, runsOf(below).length]).toEqual([1, 1]);
});

test('a plan that wants approval waits, seen by all; only the newest of them; whoever confirms it lets it run', async () => {
  await create('nightly', { approval: true });
  await fire('nightly');
  const first = await newest('nightly', ['waiting']);
  await fire('nightly');
  for (let waiting = first; waiting.id === first.id;) waiting = await newest('nightly', ['waiting']);
  const [second, before] = await fires('nightly');
  expect(before).toMatchObject({ id: first.id, status: 'superseded', plan: first.plan });
  expect(runsOf()).toEqual([]);
  expect(await ask('GET', `/api/v1/plans/${second!.plan}`)).toMatchObject({ status: 'proposed' });
  await ask('POST', `/api/v1/plans/${second!.plan}/confirm`);
  await end('nightly');
  await newest('nightly', ['succeeded']);
  expect(runsOf().map(({ decided }) => decided.by)).toEqual([`${second!.cause}; confirmed by owner`]);
});

test('what cannot be planned is refused with the reason, and the next fire is not in its way', async () => {
  await create('typo', { select: ['tag:nothing-has-this'] });
  await fire('typo');
  expect(await newest('typo', ['refused'])).toMatchObject({ reason: expect.stringContaining('names no model') });
  await create('nightly');
  await fire('nightly');
  await end('nightly');
});

test('two replicas fire and plan each time once, and take turns in an environment', async () => {
  const second = await serve(stack.host, planner);
  try {
    const environments = [env, await newEnvironment(), await newEnvironment()];
    const names = ['a', 'b', 'c'];
    for (const environment of environments) for (const name of names) await create(name, {}, environment);
    await Promise.all(environments.map((environment) => due('1 minute', names, environment)));
    for (const environment of environments) {
      for (let n = 1; n <= names.length; n++) {
        while (runsOf(environment).length < n) await sleep(20);
        expect(runsOf(environment)).toHaveLength(n);
        await runner.finish(runsOf(environment).at(-1)!.decided.plan, 'succeeded');
      }
      for (const name of names) {
        await newest(name, ['succeeded'], environment);
        expect(await fires(name, environment)).toHaveLength(1);
      }
      expect(new Set(runsOf(environment).map(({ decided }) => decided.by)).size).toBe(names.length);
    }
  } finally {
    await second.close();
  }
});

test('schedules and their fires come in pages, each once', async () => {
  for (const name of ['a', 'b', 'c']) await create(name, { paused: true });
  for (let n = 0; n < 3; n++) await fire('a');
  const all = async (path: string, key: string) => {
    const found: unknown[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const more = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: Record<string, unknown>[]; next?: string } = await ask('GET', `${path}?limit=2${more}`);
      found.push(...page.items.map((item) => item[key]));
      cursor = page.next;
    }
    return found;
  };
  expect(await all(`${place()}/schedules`, 'name')).toEqual(['a', 'b', 'c']);
  const ids = await all(`${place()}/schedules/a/fires`, 'id');
  expect([ids.length, new Set(ids).size]).toEqual([3, 3]);
});
