import { expect, test } from '@jest/globals';
import type { Skeleton } from '@headgate/graph/skeleton';
import fc from 'fast-check';
import { mapModel, reachOf } from './map-model.ts';

/** A skeleton of nodes that read nodes before them. */
function skeletonOf(reads: number[][]): Skeleton {
  const same = reads.map(() => '');
  const offsets = new Uint32Array(reads.length + 1);
  reads.forEach((list, node) => (offsets[node + 1] = offsets[node]! + list.length));
  return {
    ...{ types: same, packages: same, folders: same, owners: same, materializations: same, layers: [0], offsets },
    ids: reads.map((_, node) => `model.p.m${node}`),
    x: Uint16Array.from(reads.keys()),
    y: new Uint16Array(reads.length),
    sources: Uint32Array.from(reads.flat()),
  };
}
const dags = fc
  .array(fc.array(fc.nat(29), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
  .map((lists) => lists.map((list, node) => [...new Set(list.filter((one) => one < node))].sort((a, b) => a - b)));

test('children are the parents seen from the other end', () => {
  fc.assert(
    fc.property(dags, (reads) => {
      const { children } = mapModel(skeletonOf(reads));
      const pairs = reads.flatMap((list, node) => list.map((from) => `${from} ${node}`)).sort();
      const back = reads.flatMap((_, from) =>
        [...children.list.slice(children.start[from], children.start[from + 1])].map((node) => `${from} ${node}`),
      );
      expect(back.sort()).toEqual(pairs);
    }),
  );
});

test('a selection reaches all it reads and all it feeds, each once, and nothing else', () => {
  const closure = (from: number, next: (node: number) => number[]): Set<number> => {
    const found = new Set<number>();
    const visit = (node: number) => next(node).forEach((one) => !found.has(one) && (found.add(one), visit(one)));
    visit(from);
    return found;
  };
  fc.assert(
    fc.property(dags, fc.nat(), (reads, seed) => {
      const from = seed % reads.length;
      const { mask, nodes, up, down } = reachOf(mapModel(skeletonOf(reads)), from);
      const upward = closure(from, (node) => reads[node]!);
      const downward = closure(from, (node) => reads.flatMap((list, one) => (list.includes(node) ? [one] : [])));
      expect([up, down]).toEqual([upward.size, downward.size]);
      expect(new Set(nodes)).toEqual(new Set([from, ...upward, ...downward]));
      expect(nodes.length).toBe(1 + up + down);
      expect([...mask].flatMap((one, node) => (one ? [node] : []))).toEqual([...nodes].sort((a, b) => a - b));
    }),
  );
});

test('an id is found by its place, one that is not on the map is not', () => {
  const { at, idOf, x, size, edges } = mapModel(skeletonOf([[], [0]]));
  expect([0, 1, 0].map((node) => at(idOf(node)))).toEqual([0, 1, 0]);
  expect([at('model.p.m1'), at('test.p.t'), x[1]! > x[0]!, size, edges]).toEqual([1, -1, true, 2, 1]);
});
