import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type NodeProgress, readLogLine } from './dbt-log.ts';

const now = () => '2026-01-01T00:00:00.000Z';
const read = (line: object) => readLogLine(JSON.stringify(line), now);
const node = {
  unique_id: 'model.jaffle.orders',
  node_status: 'success',
  node_started_at: '2026-03-01T10:00:00.123456',
  node_finished_at: '2026-03-01T10:00:01.623456Z',
  node_relation: { relation_name: '"db"."main"."orders"' },
};

test('a line of dbt says what, when, how grave, and of which node', () => {
  const info = {
    name: 'LogModelResult',
    level: 'info',
    msg: '\u001b[32m1 of 2 OK\u001b[0m',
    ts: '2026-03-01T10:00:02Z',
  };
  expect(read({ info, data: { node_info: node, execution_time: 1.5 } })).toEqual({
    at: '2026-03-01T10:00:02.000Z',
    level: 'info',
    text: '1 of 2 OK',
    event: 'LogModelResult',
    node: 'model.jaffle.orders',
    progress: {
      status: 'success',
      startedAt: '2026-03-01T10:00:00.123Z',
      finishedAt: '2026-03-01T10:00:01.623Z',
      durationMs: 1500,
      relation: '"db"."main"."orders"',
    },
  });
});

test('a node that is under way has no end yet, also when dbt repeats an old one', () => {
  const info = { name: 'NodeStart', level: 'debug', msg: 'Began', ts: '2026-03-01T10:00:00Z' };
  const { progress } = read({ info, data: { node_info: { ...node, node_status: 'executing' }, execution_time: 9 } });
  expect(progress).toEqual({
    status: 'executing',
    startedAt: '2026-03-01T10:00:00.123Z',
    relation: '"db"."main"."orders"',
  });
});

test.each(['started', 'None', ''])('a unit test has ended, though dbt leaves its node at "%s"', (status) => {
  const info = { name: 'LogTestResult', level: 'info', msg: '1 of 2 PASS', ts: '2026-03-01T10:00:02Z' };
  const started = { ...node, node_status: status, node_finished_at: '' };
  const { progress } = read({ info, data: { node_info: started, status: 'pass', execution_time: 1.5 } });
  expect(progress).toMatchObject({ status: 'pass', finishedAt: '2026-03-01T10:00:02.000Z', durationMs: 1500 });
  const begun = read({ info: { ...info, name: 'LogStartLine' }, data: { node_info: started, status: 'RUN' } });
  expect(begun.progress?.status).not.toBe('RUN');
});

test('the end of one batch is not the end of the model', () => {
  const info = { name: 'LogBatchResult', level: 'info', msg: 'Batch 1 of 3 OK', ts: '2026-03-01T10:00:02Z' };
  const line = read({ info, data: { node_info: node, status: 'OK', execution_time: 0.4 } });
  expect([line.node, line.progress]).toEqual([node.unique_id, undefined]);
});

test('the end of a node carries its message and rows', () => {
  const info = { name: 'NodeFinished', level: 'debug', msg: 'Finished', ts: '2026-03-01T10:00:00Z' };
  const run_result = { message: 'OK', adapter_response: { rows_affected: 7 } };
  expect(read({ info, data: { node_info: node, run_result } }).progress).toMatchObject({ message: 'OK', rows: 7 });
});

test('anything else is a line of text, of any content, with nothing that Postgres would refuse', () => {
  expect(readLogLine('Traceback (most recent call last):', now)).toEqual({
    at: now(),
    level: 'info',
    text: 'Traceback (most recent call last):',
  });
  const values = fc.oneof(fc.string(), fc.json(), fc.constant('{"info":{"msg":"a\\u0000b","ts":"never"}}'));
  fc.assert(
    fc.property(values, (line) => {
      const { at, text } = readLogLine(line, now);
      expect(text).not.toContain('\0');
      expect(Number.isNaN(Date.parse(at))).toBe(false);
    }),
  );
});

test('a line that only looks like one of dbt breaks nothing: what is stored has the types of its columns', () => {
  const wild = fc.oneof(
    fc.anything(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('0000-01-01', '+275760-09-13', 1e300),
  );
  const object = (...keys: string[]) =>
    fc.record(Object.fromEntries(keys.map((key) => [key, wild])), { requiredKeys: [] });
  const line = fc.record({
    info: fc.oneof(wild, object('name', 'msg', 'level', 'ts')),
    data: fc.oneof(
      wild,
      fc.record({
        node_info: fc.oneof(
          wild,
          object('unique_id', 'node_status', 'node_started_at', 'node_finished_at', 'node_relation'),
        ),
        execution_time: wild,
        run_result: fc.oneof(wild, fc.record({ message: wild, adapter_response: object('rows_affected') })),
      }),
    ),
  });
  const isText = (value: unknown) =>
    value === undefined || (typeof value === 'string' && value.isWellFormed() && !value.includes('\0'));
  const isTime = (value: unknown) => value === undefined || /^[1-9]\d{3}-\d\d-\d\dT[\d:.]{12}Z$/.test(String(value));
  const isWhole = (value: unknown) => value === undefined || Number.isSafeInteger(value);
  fc.assert(
    fc.property(line, (given) => {
      const { progress = {}, ...said } = readLogLine(
        JSON.stringify(given, (_key, value: unknown) => (typeof value === 'bigint' ? 1 : value)),
        now,
      );
      const { startedAt, finishedAt, durationMs, rows, ...words } = progress as Partial<NodeProgress>;
      expect([said.at, startedAt, finishedAt].every(isTime)).toBe(true);
      expect([durationMs, rows].every(isWhole)).toBe(true);
      expect([...Object.values(said), ...Object.values(words)].every(isText)).toBe(true);
    }),
    {
      numRuns: 2000,
      examples: [
        [
          {
            info: { name: 'x' },
            data: { node_info: { node_status: 'ok' }, execution_time: { toString: 0 }, run_result: 0 },
          },
        ],
      ],
    },
  );
});
