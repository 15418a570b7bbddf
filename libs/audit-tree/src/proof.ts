import { nodeHash } from './hash.ts';

/**
 * Whether `path` proves that `leaf` (its hash) is number `index` in the tree of `size` leaves and this root.
 * Follows RFC 9162, 2.1.3.2, not the code that makes paths.
 */
export function inclusionHolds(proof: {
  readonly leaf: string;
  readonly index: number;
  readonly size: number;
  readonly root: string;
  readonly path: readonly string[];
}): boolean {
  const { leaf, index, size, root, path } = proof;
  if (index < 0 || index >= size) return false;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hash === root;
}

/**
 * Whether `path` proves that the tree of `old` leaves and `oldRoot` is a prefix of the one of `size` leaves and `root`.
 * Follows RFC 9162, 2.1.4.2. A tree is a prefix of itself; nothing is proved about the empty tree.
 */
export function consistencyHolds(proof: {
  readonly old: number;
  readonly oldRoot: string;
  readonly size: number;
  readonly root: string;
  readonly path: readonly string[];
}): boolean {
  const { old, oldRoot, size, root } = proof;
  if (old < 1 || old > size) return false;
  if (old === size) return proof.path.length === 0 && oldRoot === root;
  const [first, ...path] = isPowerOfTwo(old) ? [oldRoot, ...proof.path] : proof.path;
  if (first === undefined) return false;
  let [node, last] = [old - 1, size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [oldHash, hash] = [first, first];
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && oldHash === oldRoot && hash === root;
}

const half = (value: number): number => Math.floor(value / 2);
const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));
