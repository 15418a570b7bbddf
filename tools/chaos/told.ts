// The append-only log of what clients were told. Each process writes a file of its own, a line at a time; a line that
// is there was known to that client at that moment, whatever happened to it afterwards.
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export type Say = (line: Record<string, unknown>) => void;

export function logTo(folder: string, name: string): Say {
  const file = openSync(join(folder, 'told', `${name}-${process.pid}-${Date.now()}.ndjson`), 'a');
  return (line) => void writeSync(file, `${JSON.stringify({ at: Date.now(), by: name, ...line })}\n`);
}
