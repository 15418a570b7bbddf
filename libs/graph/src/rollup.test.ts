import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { adjacencyOf } from './adjacency.ts';
import { rollup } from './rollup.ts';

const shape = fc.record({
  groups: fc.array(fc.nat(5), { minLength: 1, maxLength: 25 }),
  pairs: fc.array(fc.tuple(fc.nat(24), fc.nat(24)), { maxLength: 90 }),
});

test('groups and weights add up to the graph, and only light edges are hidden', () => {
  fc.assert(
    fc.property(shape, fc.integer({ min: 1, max: 3 }), ({ groups, pairs }, top) => {
      const n = groups.length;
      const graph = adjacencyOf(
        groups.map((_, i) => `n${i}`),
        (i) => pairs.filter(([from, to]) => to % n === i && from % n !== i).map(([from]) => `n${from % n}`),
      );
      // Group 5 is left out.
      const keyOf = (node: number) => (groups[node] === 5 ? undefined : `g${groups[node]}`);
      const whole = rollup(graph, keyOf, Infinity);
      const among = graph.ids.flatMap((_, to) =>
        [...graph.up.targets.subarray(graph.up.offsets[to], graph.up.offsets[to + 1])].flatMap((from) =>
          keyOf(from) && keyOf(to) ? [`${keyOf(from)} ${keyOf(to)}`] : [],
        ),
      );
      const between = whole.edges.reduce((sum, { count }) => sum + count, 0);
      const inside = whole.groups.reduce((sum, group) => sum + group.inside, 0);
      expect(between + inside).toBe(among.length);
      for (const { from, to, count } of whole.edges)
        expect(count).toBe(among.filter((pair) => pair === `${from} ${to}`).length);
      expect(whole.groups.flatMap(({ nodes }) => nodes).sort((a, b) => a - b)).toEqual(
        groups.flatMap((group, i) => (group === 5 ? [] : [i])),
      );
      const cut = rollup(graph, keyOf, top);
      expect(cut.edgeCount).toBe(whole.edges.length);
      for (const edge of whole.edges) {
        const heavier = whole.edges.filter(({ from, count }) => from === edge.from && count > edge.count).length;
        if (heavier === 0)
          expect(cut.edges.some(({ from, count }) => from === edge.from && count === edge.count)).toBe(true);
        if (!cut.edges.some(({ from, to }) => from === edge.from && to === edge.to))
          expect(whole.edges.filter(({ from }) => from === edge.from).length).toBeGreaterThan(top);
      }
    }),
    { numRuns: 200, seed: 10 },
  );
});
