import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const pool = Buffer.alloc(4096);
let used = pool.length;
let last = { msecs: 0, seq: 0 };

/**
 * A UUID of version 7; later ones of this process are greater. Its random bytes are drawn many at a time: asking the
 * system for sixteen costs more than all the rest of an event.
 */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, (used += 16));
  const now = Date.now();
  // Each millisecond begins anew in the lower half of the counter, and counts up.
  last = now > last.msecs ? { msecs: now, seq: random.readUInt32BE(6) >>> 1 } : { ...last, seq: last.seq + 1 };
  return v7({ random, ...last });
}

/** An id that is greater than all that were given out before this moment (ms since 1970), and less than all later ones. */
export function idBefore(ms: number): string {
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
