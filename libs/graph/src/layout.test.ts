import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { adjacencyOf } from './adjacency.ts';
import { layout } from './layout.ts';
import type { LogicalGraph } from './logical-graph.ts';
import { skeletonOf } from './map.ts';

/** Random graphs without cycles: edges lead from smaller to larger numbers. */
const dag = fc.record({
  n: fc.integer({ min: 1, max: 60 }),
  pairs: fc.array(fc.tuple(fc.nat(59), fc.nat(59)), { maxLength: 120 }),
});
const parentsIn = (pairs: readonly (readonly [number, number])[], i: number) =>
  pairs.filter(([a, b]) => a !== b && Math.max(a, b) === i).map(([a, b]) => `n${Math.min(a, b)}`);
const layerAt = (layers: readonly number[], x: number) => layers.filter((start) => start <= x).length - 1;

test('what is read stands in an earlier layer, nothing stands on anything else, and it is the same each time', () => {
  fc.assert(
    fc.property(dag, ({ n, pairs }) => {
      const graph = adjacencyOf(
        Array.from({ length: n }, (_, i) => `n${i}`),
        (i) => parentsIn(pairs, i),
      );
      const found = layout(graph);
      const { layers, x, y } = found;
      graph.ids.forEach((id, child) => {
        for (const parent of parentsIn(pairs, child)) {
          const from = graph.index.get(parent);
          if (from !== undefined) expect(layerAt(layers, x[from]!)).toBeLessThan(layerAt(layers, x[child]!));
        }
      });
      expect(new Set(Array.from(x, (column, i) => `${column} ${y[i]}`)).size).toBe(n);
      expect(layout(graph)).toEqual(found);
    }),
    { numRuns: 300, seed: 31 },
  );
});

const projectOf = (
  n: number,
  pairs: readonly (readonly [number, number])[],
  without: ReadonlySet<number>,
): LogicalGraph => ({
  ...{ schemaVersion: '1.0', project: 'p', adapter: null },
  nodes: Array.from({ length: n }, (_, i) => i)
    .filter((i) => !without.has(i))
    .map((i) => ({ ...{ id: `n${i}`, type: 'model', name: `n${i}`, package: 'p' }, dependsOn: parentsIn(pairs, i) })),
});

test('from one snapshot to the next, nodes that stay in a layer stay in their order', () => {
  fc.assert(
    fc.property(dag, fc.array(fc.nat(59), { maxLength: 15 }), fc.boolean(), ({ n, pairs }, some, grows) => {
      const few = projectOf(n, pairs, new Set(some));
      const all = projectOf(n, pairs, new Set());
      const before = skeletonOf(grows ? few : all);
      const after = skeletonOf(grows ? all : few, before);
      const known = after.ids.filter((id) => before.ids.includes(id));
      fc.pre(after.ids.length - known.length <= after.ids.length / 2);
      const layerIn = ({ layers, ids, x }: typeof before, id: string) => layerAt(layers, x[ids.indexOf(id)]!);
      const both = (id: string) => `${layerIn(before, id)} ${layerIn(after, id)}`;
      for (const group of new Set(known.map(both))) {
        const inOrder = ({ ids }: typeof before) => ids.filter((id) => known.includes(id) && both(id) === group);
        expect(inOrder(after)).toEqual(inOrder(before));
      }
    }),
    { numRuns: 200, seed: 32 },
  );
});

test('an unchanged graph is not moved at all', () => {
  fc.assert(
    fc.property(dag, ({ n, pairs }) => {
      const graph = projectOf(n, pairs, new Set());
      const before = skeletonOf(graph);
      expect(skeletonOf(graph, before)).toEqual(before);
    }),
    { numRuns: 100, seed: 33 },
  );
});
