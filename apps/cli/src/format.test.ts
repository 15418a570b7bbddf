import { expect, test } from '@jest/globals';
import type { Run, RunNode } from '@headgate/contracts';
import { failure, inBrief, isOutcome, ranOk } from './run.ts';
import { counted, span, table, when } from './table.ts';

test('columns are as wide as what is seen of them', () => {
  expect(
    table([
      ['a', 'bb', 'c'],
      ['\x1b[32maaa\x1b[39m', 'b', 'ccc '],
    ]),
  ).toEqual(['a    bb  c', '\x1b[32maaa\x1b[39m  b   ccc']);
  expect(table([])).toEqual([]);
});

test('times and spans are short', () => {
  expect(when('2026-11-21T10:26:00.123Z')).toBe('2026-11-21 10:26:00Z');
  expect([420, 3210, 245_000].map(span)).toEqual(['420 ms', '3.2 s', '4 min 5 s']);
  expect([counted(1, 'file'), counted(0, 'file')]).toEqual(['1 file', '0 files']);
});

test('of a plan the lines on outcomes are followed, of an operation what its macro prints, and trouble always', () => {
  const shown = (event: string, level: string, kind: Run['kind']) => isOutcome({ event, level }, kind);
  expect(shown('LogModelResult', 'info', 'plan')).toBe(true);
  expect(shown('LogSkipBecauseError', 'error', 'plan')).toBe(true);
  expect(shown('LogStartLine', 'info', 'plan')).toBe(false);
  expect(shown('LogModelResult', 'debug', 'plan')).toBe(false);
  expect(shown('JinjaLogInfo', 'info', 'operation')).toBe(true);
  expect(shown('AdapterRegistered', 'info', 'operation')).toBe(false);
  expect(shown('AdapterRegistered', 'warn', 'operation')).toBe(true);
});

test('only what was built counts', () => {
  const nodes = ['success', 'pass', 'success', 'skipped'].map((status) => ({ status }));
  expect(ranOk({ kind: 'plan' }, nodes)).toBe('ran ok built=2');
  expect(ranOk({ kind: 'operation' }, [])).toBe('ran ok');
});

test('a failure names what is to blame, counts what was skipped, and says where to read on', () => {
  const run = {
    id: 'r-1',
    status: 'failed',
    startedAt: '2026-11-21T10:00:00Z',
    finishedAt: '2026-11-21T10:00:11.200Z',
    reason: '1 of 4 ERROR orders ........ [ERROR in 0.2s]\nmore words',
  } as Run;
  const nodes = [
    { node: 'model.shop.orders', status: 'error', message: 'line 1\nline 2\n', attempt: 1 },
    { node: 'model.shop.late', status: 'skipped', attempt: 1 },
    { node: 'model.shop.good', status: 'success', attempt: 1 },
  ] satisfies RunNode[];
  expect(failure(run, nodes)).toEqual([
    'error: the run failed after 11.2 s: 1 of 4 ERROR orders [ERROR in 0.2s]',
    '  error model.shop.orders: line 1\n    line 2',
    '  skipped because of that: 1',
    '  hint: headgate logs r-1',
  ]);
  expect(inBrief({})).toBe('no reason given');
});
