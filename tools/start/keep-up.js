// A server that is begun again when it ends by itself: whoever uses it waits for a moment, and nobody has to be called.
import { setTimeout as sleep } from 'node:timers/promises';
import { ended } from '../process/bound-child.js';

/**
 * @param {{ start: () => Promise<import('node:child_process').ChildProcess>, isOver: () => boolean,
 *   say: (what: string) => void, firstMs?: number, mostMs?: number, goodMs?: number }} server
 *   `isOver`: whether it ends because it should; `firstMs`: the wait before the second start, which doubles up to `mostMs`
 *   until one lasts `goodMs`
 * @returns {Promise<void>} once it is up for the first time @throws what the first start throws
 */
export async function keepUp({ start, isOver, say, firstMs = 500, mostMs = 30_000, goodMs = 60_000 }) {
  const first = await start();
  void (async () => {
    let [child, waitMs] = [first, firstMs];
    for (;;) {
      const since = performance.now();
      if (child) await ended(child);
      if (isOver()) return;
      if (performance.now() - since > goodMs) waitMs = firstMs;
      say(child ? 'ended unexpectedly' : 'did not start again');
      await sleep(waitMs, undefined, { ref: false });
      waitMs = Math.min(mostMs, waitMs * 2);
      if (isOver()) return;
      child = await start().catch(() => undefined);
    }
  })();
}
