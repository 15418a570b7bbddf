import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { placesOf } from './focus-layout.ts';

const dags = fc.integer({ min: 1, max: 40 }).chain((nodes) =>
  fc.record({
    ids: fc.constant(Array.from({ length: nodes }, (_, node) => `n${node}`)),
    edges: fc
      .array(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1)))
      .map((pairs) => pairs.filter(([from, to]) => from < to)),
    heights: fc.array(fc.integer({ min: 20, max: 300 }), { minLength: nodes, maxLength: nodes }),
  }),
);

test('what is read stands left of what reads it, and no card touches another', () => {
  fc.assert(
    fc.property(dags, ({ ids, edges, heights }) => {
      const { x, y } = placesOf(ids, edges, 0, (node) => heights[node]!);
      for (const [from, to] of edges) expect(x[from]).toBeLessThan(x[to]!);
      for (let one = 0; one < ids.length; one += 1)
        for (let other = 0; other < one; other += 1)
          if (x[one] === x[other])
            expect(Math.abs(y[one]! - y[other]!)).toBeGreaterThan((heights[one]! + heights[other]!) / 2);
    }),
  );
});

test('a card between two others stands level with the middle of them', () => {
  const { y } = placesOf(['a', 'b', 'c'], [[0, 2], [1, 2]], 2, () => 40); // prettier-ignore
  expect(y[2]).toBeCloseTo((y[0]! + y[1]!) / 2, 1);
});

test('columns say how far they are from the focus', () => {
  const chain: [number, number][] = [[0, 1], [1, 2], [2, 3]]; // prettier-ignore
  const { heads } = placesOf(['a', 'b', 'c', 'd'], chain, 1, () => 40);
  expect(heads.map(({ word }) => word)).toEqual(['1 up', 'focus', '1 down', '2 down']);
});
