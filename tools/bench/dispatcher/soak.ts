// A queue in use for a while, whose ended jobs are removed after seconds instead of days: what it keeps in Postgres and
// in memory must stop growing. The outbox grows with what happened, as it is to (it is the audit's leaves), and is not judged.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { quantile } from './measure.ts';
import type { Queue } from './queues.ts';

interface Sample {
  readonly kilobytes: number;
  readonly dead: number;
  readonly megabytes: number;
}

export interface Soak {
  readonly done: number;
  readonly samples: readonly Sample[];
  /** How much more the last third has than the middle one, by median: 1 is no growth. */
  readonly growth: { readonly tables: number; readonly memory: number };
}

const sampleMs = 10_000;
const atOnce = 20;
const tables = ['job', 'task', 'task_offer', 'task_lease', 'task_attempt', 'task_dependency', 'touched', 'relayed'];

/** @param perSecond jobs asked for, worked on as they come */
export async function soak(queue: Queue, seconds: number, perSecond: number): Promise<Soak> {
  const end = performance.now() + seconds * 1000;
  const isOn = () => performance.now() < end;
  let done = 0;
  const samples: Sample[] = [];
  const workers = Array.from({ length: atOnce }, async (_, n) => {
    while (isOn()) if (await queue.work(`soak ${n}`)) done++;
  });
  const asking = async () => {
    for (let n = 0, begun = performance.now(); isOn(); n++) {
      await sleep(Math.max(0, begun + (n * 1000) / perSecond - performance.now()));
      await queue.enqueue(n % 10);
    }
  };
  const sampling = async () => {
    while (isOn()) {
      await sleep(sampleMs);
      samples.push(await sampleOf(queue));
    }
  };
  await Promise.all([...workers, asking(), sampling()]);
  return {
    done,
    samples,
    growth: {
      tables: growthOf(samples.map(({ kilobytes }) => kilobytes)),
      memory: growthOf(samples.map(({ megabytes }) => megabytes)),
    },
  };
}

function growthOf(values: readonly number[]): number {
  const third = Math.floor(values.length / 3);
  return quantile(values.slice(-third), 0.5) / quantile(values.slice(third, 2 * third), 0.5);
}

async function sampleOf({ host: { postgres } }: Queue): Promise<Sample> {
  const { host, port, database, owner } = postgres;
  const db = new pg.Client({ host, port, database, ...owner });
  await db.connect();
  try {
    const { rows } = await db.query<{ kilobytes: number; dead: number }>(
      `select (sum(pg_total_relation_size(relid)) / 1024)::float8 as kilobytes, sum(n_dead_tup)::float8 as dead
       from pg_stat_user_tables where schemaname = 'dispatcher' and relname = any ($1)`,
      [tables],
    );
    globalThis.gc?.();
    return { ...rows[0]!, megabytes: process.memoryUsage().heapUsed / 1e6 };
  } finally {
    await db.end();
  }
}
