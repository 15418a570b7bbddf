import { parentPort } from 'node:worker_threads';
import { Desk } from './desk.ts';
import type { Answer, Order } from './reading.ts';

// The thread that reads: one order in, one answer out, in turn. It knows neither disk nor database.

const desk = new Desk();
let last: Promise<void> = Promise.resolve();

async function answer(order: Order): Promise<void> {
  try {
    const { value, moved = [] } = await desk.take(order);
    parentPort?.postMessage({ ok: true, value } satisfies Answer, moved);
  } catch (error) {
    const bug = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parentPort?.postMessage({ ok: false, bug } satisfies Answer);
  }
}

parentPort?.on('message', (order: Order) => {
  last = last.then(() => answer(order));
});
