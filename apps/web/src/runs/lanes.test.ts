import { expect, test } from '@jest/globals';
import { criticalPath, lanesOf } from './lanes.ts';

const at = (second: number) => new Date(second * 1000).toISOString();
const node = (name: string, from: number, to?: number) => ({
  ...{ node: name, status: to === undefined ? 'started' : 'success', attempt: 1, startedAt: at(from) },
  ...(to !== undefined && { finishedAt: at(to) }),
});

test('nodes that overlap take lanes of their own, and a lane that is free is taken again', () => {
  const { spans, lanes } = lanesOf([node('a', 0, 4), node('b', 1, 2), node('c', 2, 3)], 0, 5000);
  expect(lanes).toBe(2);
  expect(spans.map((span) => [span.node.node, span.lane])).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 1],
  ]);
});

test('a node that still runs reaches to now', () => {
  expect(lanesOf([node('a', 1)], 0, 9000).spans[0]).toMatchObject({ from: 1000, to: 9000 });
});

test('the critical path is what the last node waited for, back to the first', () => {
  const { spans } = lanesOf([node('a', 0, 4), node('b', 0, 2), node('c', 4, 9), node('d', 4, 5)], 0, 9000);
  const inputs = new Map([
    ['c', ['a', 'b']],
    ['d', ['b']],
  ]);
  expect([...criticalPath(spans, inputs)]).toEqual(['c', 'a']);
});
