import type { Skeleton } from '@headgate/graph/skeleton';

/** Neighbours of each node in one array: those of `n` are `list[start[n] … start[n + 1] - 1]`. */
export interface Neighbours {
  readonly start: Uint32Array;
  readonly list: Uint32Array;
}

/** A whole snapshot, ready to draw. Positions in world units. */
export interface MapModel {
  readonly skeleton: Skeleton;
  readonly size: number;
  readonly edges: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly parents: Neighbours;
  readonly children: Neighbours;
  readonly idOf: (node: number) => string;
  /** The index of an id, −1 where the map has none: tests, exposures and metrics are not on it. */
  readonly at: (id: string) => number;
}

export const cardWidth = 150;
export const cardHeight = 30;
/** The grid of the skeleton is made for steps six times as wide as high. */
const columnStep = 240;
const rowStep = 40;

/** The server laid it out; here it only becomes pixels, and gets its edges in the other direction. */
export function mapModel(skeleton: Skeleton): MapModel {
  const { ids, offsets, sources } = skeleton;
  const to = new Uint32Array(sources.length);
  for (let node = 0; node < ids.length; node += 1) to.fill(node, offsets[node], offsets[node + 1]);
  // Who asks for an index was mostly told the id just now; a table of all ids would cost more than it saves.
  let last = -1;
  return {
    ...{ skeleton, size: ids.length, edges: sources.length },
    x: Float32Array.from(skeleton.x, (column) => column * columnStep),
    y: Float32Array.from(skeleton.y, (row) => row * rowStep),
    parents: { start: offsets, list: sources },
    children: reversed(ids.length, sources, to),
    idOf: (node) => ids[(last = node)]!,
    at: (id) => (ids[last] === id ? last : (last = ids.indexOf(id))),
  };
}

function reversed(size: number, sources: Uint32Array, to: Uint32Array): Neighbours {
  const start = new Uint32Array(size + 1);
  for (const source of sources) start[source + 1]! += 1;
  for (let node = 0; node < size; node += 1) start[node + 1]! += start[node]!;
  const list = new Uint32Array(sources.length);
  const next = start.slice();
  sources.forEach((source, edge) => (list[next[source]!++] = to[edge]!));
  return { start, list };
}

/** Everything that feeds a node and everything it feeds. */
export interface Reach {
  readonly mask: Uint8Array;
  /** The same as a list, the node itself first. */
  readonly nodes: Uint32Array;
  /** How many of them it reads, and how many it feeds, at any distance. */
  readonly up: number;
  readonly down: number;
}

export function reachOf({ size, parents, children }: MapModel, from: number): Reach {
  const mask = new Uint8Array(size);
  const nodes = new Uint32Array(size);
  nodes[0] = from;
  mask[from] = 1;
  const up = walk(parents, mask, nodes, 1);
  // A second walk in the same list; what is marked already can only be met on a cycle.
  const down = walk(children, mask, nodes, 1 + up);
  return { mask, nodes: nodes.subarray(0, 1 + up + down), up, down };
}

/** Follows `edges` from the first node of the list; found ones are appended from `end` on. How many there are. */
function walk({ start, list }: Neighbours, mask: Uint8Array, nodes: Uint32Array, end: number): number {
  let last = end;
  const visit = (node: number) => {
    for (let edge = start[node]!; edge < start[node + 1]!; edge += 1) {
      const other = list[edge]!;
      if (mask[other]) continue;
      mask[other] = 1;
      nodes[last++] = other;
    }
  };
  visit(nodes[0]!);
  for (let next = end; next < last; next += 1) visit(nodes[next]!);
  return last - end;
}
