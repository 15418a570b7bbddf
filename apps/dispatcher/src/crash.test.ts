import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  jobsCancel,
  jobsSubmit,
  type Lease,
  tasksClaim,
  tasksComplete,
  tasksHeartbeat,
  tasksRelease,
} from '@headgate/contracts';
import { type Call, Clients, type Service } from '@headgate/kit';
import { Crashes, startStack, type Stack } from '@headgate/testing';
import { Module } from '@nestjs/common';
import { dispatcher } from './dispatcher.module.ts';

let stack: Stack;
const crashes = new Crashes((pid) => stack.sql('select pg_terminate_backend($1)', [pid]));

let clients: Clients;
@Module({})
class RunnerSide {
  constructor(own: Clients) {
    clients = own;
  }
}

beforeAll(async () => {
  const peer: Service = { name: 'runner', module: RunnerSide };
  stack = await startStack([crashes.around(dispatcher), peer], { logLevel: 'silent' });
}, 120_000);
afterAll(() => stack?.stop());

/** One life of a job of two tasks, the second of which waits for the first unless told otherwise. */
class Life {
  readonly org = randomUUID();
  readonly call: Call = { org: this.org, actor: { kind: 'service', id: 'runner' }, requestId: 'r-1' };
  readonly worker = `w ${this.org}`;
  readonly committed = new Map<string, string>();

  async submit(after: string[] = ['a']): Promise<string> {
    const task = { operator: this.org, spec: {}, maxAttempts: 9, backoffMs: 1 };
    const tasks = [
      { ...task, name: 'a' },
      { ...task, name: 'b', after },
    ];
    const input = { project: 'jaffle', environment: 'dev', key: 'same', tasks };
    const ask = () => clients.call(jobsSubmit, input, this.call);
    return (await ask().catch(ask)).job;
  }

  /** Resolves when what was asked before has come, and a look or two are over. */
  async isHeard(): Promise<void> {
    const held = [{ org: this.org, task: randomUUID(), attempt: 1 }];
    for (let n = 0; n < 5; n++) await clients.call(tasksHeartbeat, { worker: this.worker, held }, this.call);
  }

  async claim(wait = 5): Promise<Lease[]> {
    return (await clients.call(tasksClaim, { worker: this.worker, operators: [this.org], max: 1, wait }, this.call))
      .leases;
  }

  /** Until it is answered, as a worker does. */
  async complete({ task, attempt }: Lease, outcome: 'succeeded' | 'failed', more = {}): Promise<void> {
    const report = { org: this.org, task, attempt, worker: this.worker, outcome, result: { attempt }, retry: true };
    const input = { ...report, ...more };
    const ask = () => clients.call(tasksComplete, input, this.call);
    const { committed, status } = await ask().catch(ask);
    if (committed && status === outcome) this.committed.set(task, `${attempt} ${outcome}`);
    // The lease was held all the time, so an outcome can only be refused because this very one stands as a retry.
    if (outcome === 'succeeded') expect({ committed, status }).toEqual({ committed: true, status: 'succeeded' });
  }

  async release({ task, attempt }: Lease): Promise<void> {
    const held = [{ org: this.org, task, attempt }];
    await clients.call(tasksRelease, { worker: this.worker, held }, this.call).catch(() => undefined);
  }

  /** Falls silent, and waits until that is noticed. */
  async vanish({ task, attempt }: Lease): Promise<void> {
    const held = [{ org: this.org, task, attempt }];
    await stack.sql('update dispatcher.task_lease set until = now() where org_id = $1', [this.org]);
    const isKept = async () =>
      (await clients.call(tasksHeartbeat, { worker: this.worker, held }, this.call)).lost.length === 0;
    expect(await isKept()).toBe(false);
    while ((await stack.sql('select 1 from dispatcher.task_lease where org_id = $1', [this.org])).length > 0)
      await sleep(50);
  }

  async cancel(job: string): Promise<void> {
    const ask = () => clients.call(jobsCancel, { job }, this.call);
    await ask().catch(ask);
  }

  /** Works until the job is over, as other workers would; whatever nobody holds any more runs out. */
  async finish(job: string): Promise<void> {
    const isOver = 'select 1 from dispatcher.job where id = $1 and finished_at is not null';
    while ((await stack.sql(isOver, [job])).length === 0) {
      await stack.sql('update dispatcher.task_lease set until = now() where org_id = $1', [this.org]);
      // Released by this name it gets no more; another one does.
      const input = { worker: `after ${randomUUID()}`, operators: [this.org], max: 2, wait: 2 };
      const { leases } = await clients.call(tasksClaim, input, this.call);
      for (const { task, attempt } of leases) {
        const outcome = {
          org: this.org,
          task,
          attempt,
          worker: input.worker,
          outcome: 'succeeded' as const,
          result: {},
        };
        expect(await clients.call(tasksComplete, outcome, this.call)).toMatchObject({ committed: true });
        this.committed.set(task, `${attempt} succeeded`);
      }
    }
  }

  /** Each task ended once, with what was told of it; attempts and leaves have no gaps; nothing is held any more. */
  async check(): Promise<void> {
    const of = (sql: string) => stack.sql<{ task: string; is: string }>(sql, [this.org]);
    const stands = await of(`select id as task, attempt || ' ' || status as is from dispatcher.task where org_id = $1`);
    expect(stands).toHaveLength(2);
    for (const { task, is } of stands) if (this.committed.has(task)) expect(is).toBe(this.committed.get(task));
    const ends = await of(
      `select envelope::jsonb #>> '{data,task}' as task, '' as is from dispatcher.outbox where org_id = $1 and type = 'task.finished'`,
    );
    expect(ends.map(({ task }) => task).sort()).toEqual(stands.map(({ task }) => task).sort());
    const tried = await of(
      `select task_id as task, count(*) || ' ' || max(attempt) as is from dispatcher.task_attempt where org_id = $1 group by 1`,
    );
    for (const { is } of tried) expect(is.split(' ')[0]).toBe(is.split(' ')[1]);
    const [leaves] = await of(
      `select '' as task, count(*) - max(ordinal) || '' as is from dispatcher.outbox where org_id = $1`,
    );
    expect(leaves!.is).toBe('0');
    expect(await of('select task_id as task from dispatcher.task_lease where org_id = $1')).toEqual([]);
    expect(await of('select id as task from dispatcher.job where org_id = $1')).toHaveLength(1);
  }
}

/** What leads to the step, and the step that is disturbed. */
const steps: Record<string, (life: Life, disturb: () => void) => Promise<string>> = {
  submit: async (life, disturb) => {
    disturb();
    return life.submit();
  },
  claim: async (life, disturb) => {
    const job = await life.submit();
    disturb();
    await life.claim();
    return job;
  },
  'submit to a worker that waits': async (life, disturb) => {
    const claimed = life.claim();
    await life.isHeard();
    disturb();
    const job = await life.submit();
    await claimed;
    return job;
  },
  complete: (life, disturb) => held(life, disturb, (lease) => life.complete(lease, 'succeeded')),
  'complete and take the next': async (life, disturb) => {
    const job = await life.submit([]);
    const [lease] = await life.claim();
    disturb();
    await life.complete(lease!, 'succeeded', { next: [life.org] });
    return job;
  },
  'fail and be tried again': (life, disturb) => held(life, disturb, (lease) => life.complete(lease, 'failed')),
  release: (life, disturb) => held(life, disturb, (lease) => life.release(lease)),
  expire: (life, disturb) => held(life, disturb, (lease) => life.vanish(lease)),
  cancel: async (life, disturb) => {
    const job = await life.submit();
    disturb();
    await life.cancel(job);
    return job;
  },
};

async function held(life: Life, disturb: () => void, step: (lease: Lease) => Promise<void>): Promise<string> {
  const job = await life.submit();
  const [lease] = await life.claim();
  disturb();
  await step(lease!);
  return job;
}

test.each(Object.entries(steps))(
  'a crash between any two statements of %s leaves what ends, and ends once',
  async (name, step) => {
    // More than any step has: those behind its last statement disturb nothing.
    const places = Array.from({ length: 16 }, (_, at) => at);
    const met = await Promise.all(
      places.map(async (at) => {
        const life = new Life();
        const job = await step(life, () => crashes.after(life.org, at));
        const isMet = crashes.met(life.org);
        await life.finish(job);
        await life.check();
        return isMet;
      }),
    );
    // The least that a step has: its beginning, its own statement, the leaf, the commit.
    expect(met.slice(0, 4)).toEqual(Array(4).fill(true));
    expect(met.at(-1)).toBe(false);
  },
  120_000,
);
