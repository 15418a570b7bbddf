// The append-only log of what clients were told. Each process writes a file of its own, a line at a time; a line that
// is there was known to that client at that moment, whatever happened to it afterwards.
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

type Say = (line: Record<string, unknown>) => void;

export function logTo(folder: string, name: string): Say {
  const file = openSync(join(folder, 'told', `${name}-${process.pid}-${Date.now()}.ndjson`), 'a');
  return (line) => void writeSync(file, `${JSON.stringify({ at: Date.now(), by: name, ...line })}\n`);
}

/** An answer that takes too long is not waited for; what comes late after all is still something one was told. */
export const within = <T>(promise: Promise<T>, ms: number): Promise<T> =>
  Promise.race([promise, sleep(ms).then(() => Promise.reject(new Error('no answer in time')))]);
