// How long nine small tenants wait when a tenth has flooded the queue, against how long they wait without it.
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from './measure.ts';
import type { Queue } from './queues.ts';

const small = 9;
const workers = 10;
const bodyMs = 5;

/** p95 of the small tenants' waits from asking to the start, ms. */
export interface Fairness {
  readonly alone: number;
  readonly beside: number;
}

/** How the small tenants' tasks come: of each ten at once, or of each one and soon after the next. */
type Arrival = (ask: (tenant: number) => Promise<void>) => Promise<void>;

const atOnce: Arrival = async (ask) => {
  await Promise.all(Array.from({ length: small * 10 }, (_, n) => ask(n % small)));
};
const oneByOne: Arrival = async (ask) => {
  for (let round = 0; round < 10; round++)
    await Promise.all(Array.from({ length: small }, (_, tenant) => ask(tenant).then(() => sleep(10))));
};

/** @param flood how many tasks the tenth tenant has in the queue when the small ones begin for the second time */
export async function fairness(queue: Queue, flood: number): Promise<{ atOnce: Fairness; oneByOne: Fairness }> {
  const alone = await waits(queue);
  for (let left = flood; left > 0; left -= 100)
    await Promise.all(Array.from({ length: Math.min(100, left) }, () => queue.enqueue(9)));
  const beside = await waits(queue);
  return {
    atOnce: { alone: alone.atOnce, beside: beside.atOnce },
    oneByOne: { alone: alone.oneByOne, beside: beside.oneByOne },
  };
}

async function waits(queue: Queue): Promise<{ atOnce: number; oneByOne: number }> {
  const asked = new Map<string, number>();
  let waited: number[] = [];
  let over = false;
  const begun = async (task: string) => {
    const at = performance.now();
    await sleep(bodyMs);
    // What was asked for a moment ago may start before the asking has returned.
    const since = asked.get(task);
    if (since !== undefined) waited.push(at - since);
  };
  const working = Array.from({ length: workers }, async (_, n) => {
    while (!over) await queue.work(`fair ${n}`, begun);
  });
  const ask = async (tenant: number) => {
    const at = performance.now();
    asked.set(await queue.enqueue(tenant), at);
  };
  const p95 = async (arrival: Arrival) => {
    waited = [];
    for (let round = 0; round < 5; round++) {
      await arrival(ask);
      while (waited.length < (round + 1) * small * 10 * 0.99) await sleep(5);
    }
    return quantile(waited, 0.95);
  };
  const found = { atOnce: await p95(atOnce), oneByOne: await p95(oneByOne) };
  over = true;
  await Promise.all(working);
  return found;
}
