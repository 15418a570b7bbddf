import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { adjacency, layout } from './layout.ts';

test('every edge goes to a later layer', () => {
  const dag = fc
    .integer({ min: 1, max: 30 })
    .chain((nodes) =>
      fc
        .array(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1)))
        .map((pairs) => ({ nodes, edges: Uint32Array.from(pairs.filter(([from, to]) => from < to).flat()) })),
    );
  fc.assert(
    fc.property(dag, ({ nodes, edges }) => {
      const { x, y } = layout(nodes, edges);
      for (let at = 0; at < edges.length; at += 2) if (x[edges[at]!]! >= x[edges[at + 1]!]!) return false;
      return new Set([...x].map((one, node) => `${one},${y[node]}`)).size === nodes;
    }),
  );
});

test('a cycle does not hang it', () => {
  expect(layout(3, Uint32Array.from([0, 1, 1, 2, 2, 1])).x.length).toBe(3);
});

test('crossings that need not be are undone', () => {
  // 0→3 and 1→2: in the order of the numbers they cross.
  const { y } = layout(4, Uint32Array.from([0, 3, 1, 2]));
  expect(Math.sign(y[0]! - y[1]!)).toBe(Math.sign(y[3]! - y[2]!));
});

test('neighbours are found in both directions', () => {
  const edges = Uint32Array.from([0, 1, 0, 2]);
  const children = adjacency(3, edges, 0);
  expect([...children.list.slice(children.start[0], children.start[1])]).toEqual([1, 2]);
  expect([...adjacency(3, edges, 1).start]).toEqual([0, 0, 1, 2]);
});
