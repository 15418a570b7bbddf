import { nodeHash } from './hash.ts';

/**
 * The roots of the complete subtrees that a tree of some size consists of, largest first: one per bit of the size.
 * It is all that appending needs, and folded from the right it is the root.
 */
export type Frontier = readonly string[];

/** A complete subtree: it covers the leaves `index * 2^level` up to `(index + 1) * 2^level`. Level 0 is the leaves. */
export interface MadeNode {
  readonly level: number;
  readonly index: number;
  readonly hash: string;
}

/** Appends one leaf to a tree of `size` leaves. Answers the new frontier and the inner nodes that became complete. */
export function append(frontier: Frontier, size: number, leaf: string): { frontier: string[]; made: MadeNode[] } {
  const rest = [...frontier];
  const made: MadeNode[] = [];
  let hash = leaf;
  let index = size;
  for (let level = 1; index % 2 === 1; level++) {
    hash = nodeHash(rest.pop()!, hash);
    index = (index - 1) / 2;
    made.push({ level, index, hash });
  }
  return { frontier: [...rest, hash], made };
}
