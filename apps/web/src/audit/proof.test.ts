import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { climb } from './proof.ts';

const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leaf = (text: string) => sha(Buffer.from([0]), Buffer.from(text));
const named = (hash: Buffer) => `sha256:${hash.toString('hex')}`;

/** The tree as RFC 9162 defines it, by recursion. */
function root(leaves: Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0]!;
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha(Buffer.from([1]), root(leaves.slice(0, half)), root(leaves.slice(half)));
}
function path(index: number, leaves: Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return index < half
    ? [...path(index, leaves.slice(0, half)), root(leaves.slice(half))]
    : [...path(index - half, leaves.slice(half)), root(leaves.slice(0, half))];
}

test('every leaf of every tree of up to 40 leaves climbs to the root', async () => {
  for (let size = 1; size <= 40; size += 1) {
    const leaves = Array.from({ length: size }, (_, index) => leaf(`leaf ${index}`));
    for (let index = 0; index < size; index += 1) {
      const proof = { index, size, leaf: named(leaves[index]!), path: path(index, leaves).map(named) };
      expect((await climb(proof))?.root).toBe(named(root(leaves)));
    }
  }
});

test('another leaf does not climb to the root, and a proof of another length fits no tree', async () => {
  const leaves = ['a', 'b', 'c', 'd', 'e'].map(leaf);
  const proof = { index: 2, size: 5, leaf: named(leaf('x')), path: path(2, leaves).map(named) };
  expect((await climb(proof))?.root).not.toBe(named(root(leaves)));
  expect(await climb({ ...proof, path: proof.path.slice(1) })).toBeUndefined();
  expect(await climb({ ...proof, index: 9 })).toBeUndefined();
});
