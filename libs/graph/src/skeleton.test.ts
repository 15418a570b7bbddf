import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { GraphNode, LogicalGraph } from './logical-graph.ts';
import { skeletonOf } from './map.ts';
import { decodeSkeleton, encodeSkeleton, MalformedError, type Skeleton } from './skeleton.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'é', '😀', '\ud800', '/'), maxLength: 6 });
/** Random projects: any names, cycles, edges to what is not on the map. */
const project = fc
  .array(
    fc.record({
      type: fc.constantFrom('model', 'seed', 'source', 'snapshot', 'test', 'exposure'),
      package: fc.constantFrom('shop', 'p', 'été'),
      rest: word,
      parents: fc.array(fc.nat(40), { maxLength: 5 }),
      owner: fc.option(word, { nil: undefined }),
      path: fc.option(word, { nil: undefined }),
    }),
    { maxLength: 40 },
  )
  .map((list): LogicalGraph => {
    const ids = list.map(({ type, package: pack, rest }, i) =>
      i % 7 === 6 ? `odd ${i}` : `${type}.${pack}.${rest}${i}`,
    );
    const nodes = list.map(({ type, package: pack, owner, path, parents }, i): GraphNode => ({
      ...{ id: ids[i]!, type, name: `n${i}`, package: pack },
      ...(owner !== undefined && { owner }),
      ...(path !== undefined && { path }),
      dependsOn: [...new Set(parents.filter((p) => p < list.length && p !== i).map((p) => ids[p]!))].sort(),
    }));
    return {
      schemaVersion: '1.0',
      project: 'shop',
      adapter: null,
      nodes: nodes.sort((a, b) => (a.id < b.id ? -1 : 1)),
    };
  });

test('a skeleton is decoded as it was encoded', () => {
  fc.assert(
    fc.property(project, (graph) => {
      const skeleton = skeletonOf(graph);
      expect(decodeSkeleton(encodeSkeleton(skeleton))).toEqual(skeleton);
    }),
    { numRuns: 200, seed: 21 },
  );
});

test('it holds exactly the nodes of the map, their edges among each other, each at a place of its own', () => {
  fc.assert(
    fc.property(project, (graph) => {
      const { ids, x, y, offsets, sources, layers } = skeletonOf(graph);
      const onMap = graph.nodes.filter(({ type }) => ['model', 'seed', 'source', 'snapshot'].includes(type));
      expect([...ids].sort()).toEqual(onMap.map(({ id }) => id.toWellFormed()).sort());
      expect(new Set(ids.map((_, i) => `${x[i]} ${y[i]}`)).size).toBe(ids.length);
      expect([...layers]).toEqual([...layers].sort((a, b) => a - b));
      const edges = ids.flatMap((to, i) =>
        Array.from(sources.subarray(offsets[i], offsets[i + 1]), (s) => `${ids[s]} ${to}`),
      );
      const known = new Set(onMap.map(({ id }) => id));
      const wanted = onMap.flatMap(({ id, dependsOn }) =>
        dependsOn
          .filter((parent) => known.has(parent))
          .map((parent) => `${parent.toWellFormed()} ${id.toWellFormed()}`),
      );
      expect(edges.sort()).toEqual(wanted.sort());
    }),
    { numRuns: 150, seed: 22 },
  );
});

/** Decodes or refuses; nothing else. What is taken is what would be written: one skeleton has one form. */
function judge(bytes: Uint8Array): void {
  let skeleton: Skeleton;
  try {
    skeleton = decodeSkeleton(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedError);
    return;
  }
  expect(Buffer.from(encodeSkeleton(skeleton)).equals(bytes)).toBe(true);
}

test('bytes that are changed, cut or made up are refused, or are another skeleton in its only form', () => {
  const change = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(project, change, fc.nat(), (graph, changes, cut) => {
      const bytes = encodeSkeleton(skeletonOf(graph));
      for (const [at, byte] of changes) {
        const other = bytes.slice();
        other[at % bytes.length] = byte;
        judge(other);
      }
      expect(() => decodeSkeleton(bytes.subarray(0, cut % bytes.length))).toThrow(MalformedError);
      expect(() => decodeSkeleton(Uint8Array.of(...bytes, 0))).toThrow(MalformedError);
    }),
    { numRuns: 250, seed: 23 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => judge(Uint8Array.of(0x48, 0x47, 0x53, 0x4b, 1, ...noise))),
    { numRuns: 1000, seed: 24 },
  );
  // Two million nodes in ten bytes: refused before anything is made of them.
  expect(() => decodeSkeleton(Uint8Array.of(0x48, 0x47, 0x53, 0x4b, 1, 0x80, 0x89, 0x7a, 0, 0))).toThrow(/larger than/);
});
