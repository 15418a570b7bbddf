// How long nine small tenants wait when a tenth has flooded the queue, against how long they wait without it.
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from './measure.ts';
import type { Queue } from './queues.ts';

const small = 9;
const each = 20;
const workers = 10;
const bodyMs = 5;

/** p95 waits in ms. */
export async function fairness(queue: Queue, flood: number): Promise<{ alone: number; beside: number }> {
  const alone = await waits(queue);
  for (let left = flood; left > 0; left -= 100)
    await Promise.all(Array.from({ length: Math.min(100, left) }, () => queue.enqueue(9)));
  const beside = await waits(queue);
  return { alone: quantile(alone, 0.95), beside: quantile(beside, 0.95) };
}

async function waits(queue: Queue): Promise<number[]> {
  const asked = new Map<string, number>();
  const waited: number[] = [];
  let over = false;
  const begin = async (task: string) => {
    // What was enqueued a moment ago may start before its own enqueuing has returned.
    await sleep(bodyMs);
    const at = asked.get(task);
    if (at !== undefined) waited.push(performance.now() - bodyMs - at);
  };
  const working = Array.from({ length: workers }, async (_, n) => {
    while (!over) await queue.work(`fair ${n}`, begin);
  });
  for (let n = 0; n < each; n++)
    await Promise.all(
      Array.from({ length: small }, async (_, tenant) => {
        const at = performance.now();
        const task = await queue.enqueue(tenant);
        asked.set(task, at);
        await sleep(10);
      }),
    );
  while (waited.length < small * each * 0.98) await sleep(20);
  over = true;
  await Promise.all(working);
  return waited;
}
