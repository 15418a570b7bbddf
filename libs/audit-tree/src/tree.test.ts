import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  append,
  consistencyHolds,
  consistencyPath,
  emptyRoot,
  inclusionHolds,
  inclusionPath,
  leafHash,
  nodeHash,
  nodesOf,
  rootOf,
  type Span,
} from './index.ts';

// The inputs and roots that Certificate Transparency's implementations agree on.
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const vectors = inputs.map((hex) => leafHash(Buffer.from(hex, 'hex')));

/** A tree as the service keeps it: leaves at level 0, and every complete subtree. */
function grown(leaves: string[]) {
  const nodes = new Map(leaves.map((hash, index) => [`0/${index}`, hash]));
  const trees = [emptyRoot];
  let frontier: string[] = [];
  leaves.forEach((leaf, size) => {
    const grown = append(frontier, size, leaf);
    frontier = grown.frontier;
    for (const { level, index, hash } of grown.made) nodes.set(`${level}/${index}`, hash);
    trees.push(rootOf(frontier));
  });
  const hashOf = (span: Span) => rootOf(nodesOf(span).map(({ level, index }) => nodes.get(`${level}/${index}`)!));
  return { roots: trees, path: (spans: Span[]) => spans.map(hashOf) };
}

/** The definition in RFC 6962, 2.1, word for word. */
function defined(leaves: string[]): string {
  if (leaves.length === 0) return emptyRoot;
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(defined(leaves.slice(0, k)), defined(leaves.slice(k)));
}

const leavesOf = (count: number) => Array.from({ length: count }, (_, index) => leafHash(`leaf ${index}`));

test('the roots are those of the published vectors', () => {
  expect(grown(vectors).roots.slice(1)).toEqual(roots.map((hex) => `sha256:${hex}`));
  expect(emptyRoot).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('an appended tree has the root that the definition gives, at every size', () => {
  const leaves = leavesOf(130);
  expect(grown(leaves).roots).toEqual(leaves.map((_, n) => defined(leaves.slice(0, n))).concat(defined(leaves)));
});

test('every leaf of every tree up to 70 leaves has a proof that holds, for its place only', () => {
  const leaves = leavesOf(70);
  const tree = grown(leaves);
  for (let size = 1; size <= 70; size++) {
    for (let index = 0; index < size; index++) {
      const proof = {
        leaf: leaves[index]!,
        index,
        size,
        root: tree.roots[size]!,
        path: tree.path(inclusionPath(index, size)),
      };
      expect(inclusionHolds(proof)).toBe(true);
      expect(inclusionHolds({ ...proof, index: (index + 1) % size }) && size > 1).toBe(false);
      expect(inclusionHolds({ ...proof, leaf: leafHash('other') })).toBe(false);
    }
  }
});

test('every tree up to 70 leaves is proved to be a prefix of every larger one', () => {
  const tree = grown(leavesOf(70));
  for (let size = 1; size <= 70; size++) {
    for (let old = 1; old <= size; old++) {
      const proof = {
        old,
        oldRoot: tree.roots[old]!,
        size,
        root: tree.roots[size]!,
        path: tree.path(consistencyPath(old, size)),
      };
      expect(consistencyHolds(proof)).toBe(true);
      expect(consistencyHolds({ ...proof, oldRoot: leafHash('fork') })).toBe(false);
      expect(consistencyHolds({ ...proof, root: leafHash('fork') })).toBe(false);
    }
  }
});

test('a proof with anything changed, added or taken away does not hold', () => {
  const cases = fc.record({
    size: fc.integer({ min: 2, max: 300 }),
    a: fc.nat(),
    at: fc.nat(),
    how: fc.nat({ max: 2 }),
  });
  fc.assert(
    fc.property(cases, ({ size, a, at, how }) => {
      const leaves = leavesOf(size);
      const tree = grown(leaves);
      const [index, old] = [a % size, (a % (size - 1)) + 1];
      const spoil = (path: string[]) => {
        const spoiled = [...path];
        spoiled.splice(at % (path.length + 1), how === 1 ? 0 : 1, ...(how === 2 ? [] : [leafHash('forged')]));
        return spoiled;
      };
      const inclusion = tree.path(inclusionPath(index, size));
      const consistency = tree.path(consistencyPath(old, size));
      const included = { leaf: leaves[index]!, index, size, root: tree.roots[size]! };
      const consistent = { old, oldRoot: tree.roots[old]!, size, root: tree.roots[size]! };
      const [i, c] = [spoil(inclusion), spoil(consistency)];
      if (i.join() !== inclusion.join()) expect(inclusionHolds({ ...included, path: i })).toBe(false);
      if (c.join() !== consistency.join()) expect(consistencyHolds({ ...consistent, path: c })).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test('a fork after a common beginning has no proof', () => {
  const ours = leavesOf(40);
  const fork = grown([...ours.slice(0, 20), leafHash('another history'), ...ours.slice(21)]);
  const path = fork.path(consistencyPath(25, 40));
  expect(consistencyHolds({ old: 25, oldRoot: grown(ours).roots[25]!, size: 40, root: fork.roots[40]!, path })).toBe(
    false,
  );
});
