// Three queues behind one face: enqueue one, work one (claim it and complete it), and be told when one starts.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease as TaskLease } from '@headgate/contracts';
import { dispatcher } from '@headgate/dispatcher';
import { type Call, type HostConfig, serve } from '@headgate/kit';
import { Module, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Logger, makeWorkerUtils, run, type Runner } from 'graphile-worker';
import pg from 'pg';
import { PgBoss } from 'pg-boss';

export interface Queue {
  readonly name: string;
  /** What its backends call themselves, so that what they cost can be told apart. */
  readonly applications: readonly string[];
  readonly host: HostConfig;
  enqueue(tenant?: number): Promise<string>;
  /** Claims one task and completes it; answers which, or nothing when there was none. `during` runs in between. */
  work(worker: string, during?: (task: string) => Promise<void>): Promise<string | undefined>;
  /** Works as long as any is wanted, each completion asking for the next. */
  chain?(worker: string, isWanted: () => boolean, done: () => void): Promise<void>;
  /** Works with 50 at once until so many are done, for a queue that runs its workers itself. */
  drain?(count: number): Promise<void>;
  /**
   * Sends to the bus from now on what was written for it, which until then lies in the outbox as it does in all replicas
   * but the one that sends. Resolves when all is sent, to how many events that were.
   */
  send?(): Promise<number>;
  /** Calls back at each start from now on; resolves to what ends that. */
  listen(started: (task: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The use cases of the dispatcher, as its controllers call them. */
interface Parts {
  jobs: { submit(input: object, call: Call): Promise<{ job: string }> };
  queue: {
    claim(input: object, call: Call): Promise<{ leases: Lease[] }>;
  };
  leases: { complete(input: object, call: Call): Promise<{ next?: Lease }> };
}

type Lease = Pick<TaskLease, 'org' | 'task' | 'job' | 'attempt'>;

export async function openOurs(host: HostConfig): Promise<Queue> {
  let found: ModuleRef | undefined;
  @Module({ imports: [dispatcher.module as Type] })
  class Probe {
    constructor(reference: ModuleRef) {
      found = reference;
    }
  }
  const sending = await heldBack(host);
  const serving = await serve(host, { ...dispatcher, module: Probe });
  const part = (name: string) => providerNamed(found!, name);
  const { jobs, queue, leases } = {
    jobs: part('Jobs'),
    queue: part('Queue'),
    leases: part('Leases'),
  } as unknown as Parts;
  const orgs = Array.from({ length: 10 }, () => randomUUID());
  const call = (org: string): Call => ({ org, actor: { kind: 'service', id: 'bench' }, requestId: 'bench' });
  const operators = ['bench'];
  const claim = async (worker: string) =>
    (await queue.claim({ worker, operators, max: 1, wait: 1 }, call(orgs[0]!))).leases[0];
  const complete = ({ org, task, attempt }: Lease, worker: string, more = {}) =>
    leases.complete({ org, task, attempt, worker, outcome: 'succeeded', result: {}, ...more }, call(org));
  const work = async (worker: string, during?: (task: string) => Promise<void>) => {
    const lease = await claim(worker);
    if (!lease) return undefined;
    await during?.(lease.job);
    await complete(lease, worker);
    return lease.job;
  };
  return {
    name: 'headgate',
    applications: ['dispatcher', 'dispatcher infra'],
    host,
    enqueue: async (tenant = 0) => {
      const input = { project: 'bench', environment: 'dev', key: randomUUID() };
      const tasks = [{ name: 'main', operator: 'bench', spec: {} }];
      return (await jobs.submit({ ...input, tasks }, call(orgs[tenant]!))).job;
    },
    work,
    chain: async (worker, isWanted, done) => {
      while (isWanted()) {
        let lease = await claim(worker);
        while (lease) {
          lease = (await complete(lease, worker, { next: operators })).next;
          done();
        }
      }
    },
    send: sending.send,
    listen: async (started) => {
      let over = false;
      const loops = Array.from({ length: 10 }, async (_, n) => {
        while (!over) await work(`listener ${n}`, async (task) => started(task));
      });
      return async () => {
        over = true;
        await Promise.all(loops);
      };
    },
    close: async () => {
      await serving.close();
      await sending.end();
    },
  };
}

/** Holds the lock of the one that sends, as another replica would, until it is asked to let it go. */
async function heldBack({ postgres: { host, port, database, owner } }: HostConfig) {
  const db = new pg.Client({ host, port, database, ...owner });
  await db.connect();
  await db.query(`select pg_advisory_lock(hashtext('relay dispatcher'))`);
  const unsent = async () => {
    const { rows } = await db.query<{ n: number }>(`
      select coalesce(sum(h.ordinal - coalesce(r.ordinal, 0)), 0)::int as n
      from dispatcher.outbox_head h left join dispatcher.relayed r using (org_id)`);
    return rows[0]!.n;
  };
  return {
    send: async () => {
      const events = await unsent();
      await db.query('select pg_advisory_unlock_all()');
      while ((await unsent()) > 0) await sleep(20);
      return events;
    },
    end: () => db.end(),
  };
}

function providerNamed(reference: ModuleRef, name: string): unknown {
  const container = (
    reference as unknown as {
      container: { getModules(): Map<string, { providers: Map<unknown, { name: string; instance: unknown }> }> };
    }
  ).container;
  for (const { providers } of container.getModules().values())
    for (const { name: own, instance } of providers.values()) if (own === name) return instance;
  throw new Error(`no provider ${name}`);
}

const urlOf = ({ postgres: { host, port, database, owner } }: HostConfig, application: string) =>
  `postgres://${owner.user}:${owner.password}@${host}:${port}/${database}?application_name=${application}`;

export async function openBoss(host: HostConfig): Promise<Queue> {
  const boss = new PgBoss({ connectionString: urlOf(host, 'boss'), max: 20, supervise: false, schedule: false });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.createQueue('bench');
  return {
    name: 'pg-boss',
    applications: ['boss', 'pgboss'],
    host,
    enqueue: async () => (await boss.send('bench', {}))!,
    work: async () => {
      const [job] = await boss.fetch('bench', { batchSize: 1 });
      if (!job) return undefined;
      await boss.complete('bench', job.id);
      return job.id;
    },
    listen: () => Promise.reject(new Error('its workers ask twice a second at most')),
    close: () => boss.stop({ graceful: false }),
  };
}

export async function openGraphile(host: HostConfig): Promise<Queue> {
  const pool = new pg.Pool({ connectionString: urlOf(host, 'graphile'), max: 20 });
  const utils = await makeWorkerUtils({ pgPool: pool });
  await utils.migrate();
  const runner = (concurrency: number, each: (id: string) => void): Promise<Runner> =>
    run({
      ...{ pgPool: pool, concurrency, noHandleSignals: true, logger: new Logger(() => () => undefined) },
      taskList: { bench: (_, { job }) => each(String(job.id)) },
    });
  return {
    name: 'graphile-worker',
    applications: ['graphile'],
    host,
    enqueue: async () => String((await utils.addJob('bench', {})).id),
    work: () => Promise.reject(new Error('it runs its workers itself')),
    drain: async (count) => {
      let done = 0;
      let finish: () => void = () => undefined;
      const finished = new Promise<void>((resolve) => (finish = resolve));
      const running = await runner(50, () => void (++done >= count && finish()));
      await finished;
      await running.stop();
    },
    listen: async (started) => {
      const running = await runner(10, started);
      return () => running.stop();
    },
    close: async () => {
      await utils.release();
      await pool.end();
    },
  };
}
