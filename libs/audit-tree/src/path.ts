import { emptyRoot, nodeHash } from './hash.ts';

/** Leaves `from` up to, and without, `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface NodeAt {
  readonly level: number;
  readonly index: number;
}

/** The subtrees whose roots prove that leaf `index` is in the tree of `size` leaves, lowest first (RFC 6962, 2.1.1). */
export function inclusionPath(index: number, size: number): Span[] {
  const path: Span[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  return path.reverse();
}

/** The subtrees whose roots prove that the tree of `old` leaves is a prefix of the one of `size` (RFC 6962, 2.1.2). */
export function consistencyPath(old: number, size: number): Span[] {
  if (old === 0 || old === size) return [];
  const path: Span[] = [];
  let [from, to] = [0, size];
  // While the old tree ends exactly where this subtree does, the verifier knows its root only if it is the whole old tree.
  while (to !== old) {
    const middle = from + split(to - from);
    if (old <= middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  if (from !== 0) path.push({ from, to });
  return path.reverse();
}

/**
 * The complete subtrees that a span of a path (or a whole tree) consists of, largest first. They are what is stored;
 * `rootOf` makes the span's root of their hashes.
 */
export function nodesOf({ from, to }: Span): NodeAt[] {
  const nodes: NodeAt[] = [];
  for (let at = from; at < to;) {
    const level = Math.floor(Math.log2(to - at));
    const width = 2 ** level;
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** Where the frontier of a tree of `size` leaves is stored. */
export const frontierNodes = (size: number): NodeAt[] => nodesOf({ from: 0, to: size });

/** The root over complete subtrees, largest first: of a span of a path, or from its frontier of a whole tree. */
export function rootOf(hashes: readonly string[]): string {
  const [last, ...others] = hashes.toReversed();
  if (last === undefined) return emptyRoot;
  return others.reduce((right, left) => nodeHash(left, right), last);
}

/** The largest power of two smaller than `width`. */
function split(width: number): number {
  let power = 1;
  while (power * 2 < width) power *= 2;
  return power;
}
