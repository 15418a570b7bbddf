import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { check } from '../chaos-check/check.js';

/** What is found broken when one worker wrote these lines of one attempt, whose lease lasts 1500 ms. */
const found = (...lines: object[]): string[] => violations(lines, {}).filter((each) => each.includes('extended'));

/** @param state what is there in the end, by the name of its file; nothing unless told */
function violations(lines: object[], state: Record<string, object[]>): string[] {
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
      writeFileSync(
        join(folder, `${name}.ndjson`),
        (state[name] ?? []).map((row) => `${JSON.stringify(row)}\n`).join(''),
      );
    const all = [{ at: 0, kind: 'leased', worker: 'w', leaseMs: 1500 }, ...lines];
    const text = all.map((line) => `${JSON.stringify({ task: 't', attempt: 1, by: 'w', puts: [], ...line })}\n`);
    writeFileSync(join(folder, 'told/w.ndjson'), text.join(''));
    return check(folder).violations as string[];
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

/** Attempt 1 of task t put out two rows, was told so, and wrote to a sink; `more` changes what is there in the end. */
function outputs(more: Record<string, object[]>): string[] {
  const told = { token: 'x', outcome: 'succeeded', puts: [{ dataset: 'd', mode: 'append', rows: 2 }] };
  const state = {
    ...{ task: [{ id: 't', job_id: 'j', status: 'succeeded', attempt: 1, result: { token: 'x' } }] },
    ...{ attempt: [{ task_id: 't', attempt: 1, worker: 'w', outcome: 'succeeded' }], version: [version] },
    ...{
      batch: [{ part_id: 'p', body: '[["t 1",0],["t 1",1]]' }],
      sink: [{ org_id: 'o', key: 'k', body: '{"of":"k"}' }],
    },
  };
  return violations(
    [
      { at: 1, kind: 'completing', ...told },
      { at: 2, kind: 'completed', ...told, committed: true, status: 'succeeded' },
      { at: 3, kind: 'sunk', org: 'o', keys: ['k'] },
    ],
    { ...state, ...more },
  );
}
const version = {
  ...{ org_id: 'o', name: 'd', current: 1, version: 1, base: 1, mode: 'append', part_id: 'p' },
  ...{ task_id: 't', attempt: 1, rows: 2, added: 2 },
};

test('outputs that are as they were confirmed are fine', () => expect(outputs({})).toEqual([]));

test.each<[string, Record<string, object[]>, RegExp]>([
  ['is in no version', { version: [] }, /d of t 1 is lost/],
  ['has a hole before it', { version: [{ ...version, version: 2, current: 2, base: 2 }] }, /holes/],
  ['is of another attempt than the one that won', { version: [{ ...version, attempt: 2 }] }, /losing attempt/],
  ['is made of another version', { version: [{ ...version, rows: 3 }] }, /made of other versions/],
  ['was moved twice', { version: [version, { ...version, version: 2 }] }, /2 versions of d of t/],
  ['misses a row', { batch: [{ part_id: 'p', body: '[["t 1",0]]' }] }, /has 1 of 2/],
  ['has rows of another attempt', { batch: [{ part_id: 'p', body: '[["t 2",0],["t 2",1]]' }] }, /has 2 of 2/],
  ['left rows that nobody committed', { batch: [{ part_id: 'q', body: '[]' }] }, /rows of 1 parts are left/],
  ['is not in its sink', { sink: [] }, /the sink lost k/],
  [
    'is in its sink twice',
    { sink: ['k', 'k'].map((key) => ({ org_id: 'o', key, body: '{"of":"k"}' })) },
    /2 rows in a sink/,
  ],
  ['is another row in its sink', { sink: [{ org_id: 'o', key: 'k', body: '{"of":"z"}' }] }, /the sink has z/],
])('what was confirmed and %s is found', (_, more, words) => {
  expect(outputs(more)).toContainEqual(expect.stringMatching(words));
});

test('a task that begins before what it waits for has succeeded is found, also when that succeeds later', () => {
  const said = (ordinal: number, type: string, data: object) => ({ ordinal, type, envelope: JSON.stringify({ data }) });
  const early = (...events: ReturnType<typeof said>[]) =>
    violations([], {
      dependency: [{ task_id: 't', after_id: 'before' }],
      outbox: events.map((event) => ({ ...event, service: 'dispatcher', org_id: 'o', leaf_hash: '' })),
    }).filter((each) => each.includes('too early'));
  const claimed = (ordinal: number) => said(ordinal, 'task.claimed', { task: 't' });
  const ended = (ordinal: number, outcome: string) => said(ordinal, 'task.finished', { task: 'before', outcome });
  expect(early(ended(1, 'succeeded'), claimed(2))).toEqual([]);
  expect(early(ended(1, 'failed'))).toEqual([]);
  expect(early(claimed(1), ended(2, 'succeeded'), claimed(3))).toHaveLength(1);
  expect(early(ended(1, 'failed'), claimed(2))).toHaveLength(1);
  expect(early(claimed(1))).toHaveLength(1);
});
