import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { check } from '../chaos-check/check.js';

/** What is found broken when one worker wrote these lines of one attempt, whose lease lasts 1500 ms. */
function found(...lines: object[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-check-'));
  try {
    mkdirSync(join(folder, 'told'));
    for (const name of [
      'task',
      'job',
      'attempt',
      'dependency',
      'lease',
      'outbox',
      'effect',
      'stream',
      'version',
      'batch',
      'sink',
    ])
      writeFileSync(join(folder, `${name}.ndjson`), '');
    const all = [{ at: 0, kind: 'leased', worker: 'w', leaseMs: 1500 }, ...lines];
    const text = all.map((line) => `${JSON.stringify({ task: 't', attempt: 1, by: 'w', puts: [], ...line })}\n`);
    writeFileSync(join(folder, 'told/w.ndjson'), text.join(''));
    return check(folder).violations.filter((each: string) => each.includes('extended'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const beat = (asked: number) => ({ at: asked, kind: 'beating', asked });
const kept = (asked: number, at: number) => ({ at, kind: 'kept', asked });

test('a lease that is extended after it ran out is found', () => {
  expect(found(beat(1000), kept(1000, 1010), beat(2000), kept(2000, 2010))).toEqual([]);
  expect(found(beat(2000), kept(2000, 2010))).toHaveLength(1);
  expect(found(beat(400), kept(400, 410), beat(3000), kept(3000, 3010))).toHaveLength(1);
});

test('a beat whose answer is late, or lost, may have extended it in time; one that came too late itself may not', () => {
  expect(found(beat(400), beat(2000), kept(2000, 2010), kept(400, 2500))).toEqual([]);
  expect(found(beat(400), beat(2000), kept(2000, 2010))).toEqual([]);
  expect(found(beat(1800), beat(2000), kept(2000, 2010), kept(1800, 2500))).toHaveLength(1);
});
