// Rates, what they cost Postgres as the kernel counts it, and waits.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cpuOf } from '../processes.js';
import type { Queue } from './queues.ts';

export interface Rate {
  readonly perSecond: number;
  /** CPU time of the queue's own backends, µs each. */
  readonly cpu: number;
}

const atOnce = 50;

/** Claims and completes what was enqueued, one a call; `chained`, each completion brings the next task. */
export const rate = (queue: Queue, count: number, { chained = false } = {}): Promise<Rate> => {
  let done = 0;
  const workers: Promise<void>[] = [];
  const measured = timed(queue, count, async () => {
    if (queue.drain) return queue.drain(count);
    // Over when the last one is done: whoever still asks then would be timed by the patience of the question.
    await new Promise<void>((finish, fail) => {
      const one = () => void (++done === count && finish());
      const isWanted = () => done < count;
      for (let n = 0; n < atOnce; n++) {
        const worker = randomUUID();
        workers.push(chained ? queue.chain!(worker, isWanted, one) : each(worker, isWanted, one));
        workers.at(-1)!.catch(fail);
      }
    });
  });
  return measured.finally(() => Promise.all(workers));

  async function each(worker: string, isWanted: () => boolean, one: () => void): Promise<void> {
    while (isWanted()) if ((await queue.work(worker)) !== undefined) one();
  }
};

export const enqueueRate = (queue: Queue, count: number): Promise<Rate> =>
  timed(queue, count, async () => {
    let left = count;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (left-- > 0) await queue.enqueue();
      }),
    );
  });

/** The round with the least CPU: what others did to the machine meanwhile only ever adds. */
export const best = (rates: readonly Rate[]): Rate => ({
  perSecond: Math.max(...rates.map(({ perSecond }) => perSecond)),
  cpu: Math.min(...rates.map(({ cpu }) => cpu)),
});

/** Waits, ms. */
export interface Wait {
  readonly p50: number;
  readonly p99: number;
}

/** From the call that enqueues to the start of the work, ms, at 100 a second. */
export async function latency(queue: Queue, count: number): Promise<Wait> {
  const asked = new Map<string, number>();
  const started = new Map<string, number>();
  const stop = await queue.listen((task) => started.set(task, performance.now()));
  await sleep(500);
  const sent: Promise<void>[] = [];
  for (let n = 0, begun = performance.now(); n < count; n++) {
    await sleep(Math.max(0, begun + n * 10 - performance.now()));
    const at = performance.now();
    sent.push(queue.enqueue().then((task) => void asked.set(task, at)));
  }
  await Promise.all(sent);
  while ([...asked.keys()].some((task) => !started.has(task))) await sleep(20);
  await stop();
  return { p50: quantile(waits(), 0.5), p99: quantile(waits(), 0.99) };

  function waits(): number[] {
    return [...asked].map(([task, at]) => started.get(task)! - at);
  }
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

async function timed(queue: Queue, count: number, work: () => Promise<void>): Promise<Rate> {
  const { host, port, database, owner } = queue.host.postgres;
  const db = new pg.Client({ host, port, database, ...owner });
  await db.connect();
  try {
    const before = await backends(db, queue.applications);
    const began = performance.now();
    await work();
    const seconds = (performance.now() - began) / 1000;
    const after = await backends(db, queue.applications);
    const spent = [...after].reduce((sum, [pid, cpu]) => sum + cpu - (before.get(pid) ?? 0), 0);
    return { perSecond: count / seconds, cpu: (spent * 1e6) / count };
  } finally {
    await db.end();
  }
}

/** CPU seconds of each backend of these applications so far. */
async function backends(db: pg.Client, applications: readonly string[]): Promise<Map<number, number>> {
  const sql = 'select pid from pg_stat_activity where application_name = any ($1)';
  const { rows } = await db.query<{ pid: number }>(sql, [applications]);
  return new Map(rows.map(({ pid }) => [pid, cpuOf(pid)?.own ?? 0]));
}
