import { type Adjacency, type Direction, neighbours } from './adjacency.ts';

export interface NeighbourhoodOptions {
  /** Edges to follow towards what the root reads, and towards what reads it. */
  readonly up: number;
  readonly down: number;
  /** Nodes at most, the root among them; the nearest stay. */
  readonly limit: number;
  /** Nodes that may be shown; the others are as if they were not there. The root is always shown. */
  readonly shows?: (node: number) => boolean;
  /** Nodes whose neighbours in one direction are shown too, in this order; one that is not shown by then opens nothing. */
  readonly open?: readonly { readonly node: number; readonly direction: Direction }[];
}

/** Neighbours of a shown node that are not shown themselves. */
export interface Frontier {
  readonly node: number;
  readonly direction: Direction;
  readonly hidden: number;
}

export interface Neighbourhood {
  /** By distance, then by index; the root is the first. */
  readonly nodes: readonly number[];
  /**
   * Distance of each of `nodes` from the root: negative towards what it reads, 0 for the root. What was opened is one
   * further than what it was opened from.
   */
  readonly depths: readonly number[];
  readonly frontier: readonly Frontier[];
  /** Whether `limit` left out a node that `up` and `down` would have reached. */
  readonly truncated: boolean;
}

/** What lies around one node. Both directions grow a level in turn, so that a wide one does not starve the other. */
export function neighbourhood(graph: Adjacency, root: number, options: NeighbourhoodOptions): Neighbourhood {
  const { limit, shows = () => true, open = [] } = options;
  const depths = new Map([[root, 0]]);
  const level: Record<Direction, number[]> = { up: [root], down: [root] };
  let truncated = false;
  for (let d = 1; d <= Math.max(options.up, options.down); d++) {
    for (const direction of ['up', 'down'] as const) {
      if (d > options[direction]) continue;
      const next = nextLevel(graph, level[direction], direction, (node) => !depths.has(node) && shows(node));
      const kept = next.slice(0, Math.max(0, limit - depths.size));
      truncated ||= kept.length < next.length;
      for (const node of kept) depths.set(node, direction === 'up' ? -d : d);
      level[direction] = kept;
    }
  }
  for (const { node, direction } of open) {
    const depth = depths.get(node);
    if (depth === undefined) continue;
    const next = nextLevel(graph, [node], direction, (other) => !depths.has(other) && shows(other));
    const kept = next.slice(0, Math.max(0, limit - depths.size));
    truncated ||= kept.length < next.length;
    for (const other of kept) depths.set(other, depth + (direction === 'up' ? -1 : 1));
  }
  const nodes = [...depths.keys()].sort(
    (a, b) =>
      Number(b === root) - Number(a === root) ||
      Math.abs(depths.get(a)!) - Math.abs(depths.get(b)!) ||
      depths.get(a)! - depths.get(b)! ||
      a - b,
  );
  return {
    nodes,
    depths: nodes.map((node) => depths.get(node)!),
    frontier: frontierOf(graph, nodes, shows),
    truncated,
  };
}

function nextLevel(
  graph: Adjacency,
  level: readonly number[],
  direction: Direction,
  isNew: (node: number) => boolean,
): number[] {
  const next = new Set<number>();
  for (const node of level) for (const other of neighbours(graph[direction], node)) if (isNew(other)) next.add(other);
  return [...next].sort((a, b) => a - b);
}

/** Where a drawing of `nodes` goes on: how many neighbours of each are outside, by direction. */
export function frontierOf(
  graph: Adjacency,
  nodes: readonly number[],
  shows: (node: number) => boolean = () => true,
): Frontier[] {
  const shown = new Set(nodes);
  return nodes.flatMap((node) =>
    (['up', 'down'] as const).flatMap((direction) => {
      const hidden = neighbours(graph[direction], node).filter((other) => !shown.has(other) && shows(other)).length;
      return hidden > 0 ? [{ node, direction, hidden }] : [];
    }),
  );
}

/** All edges among some nodes, as `[from, to]`: `to` reads `from`. */
export function edgesAmong(graph: Adjacency, nodes: readonly number[]): [number, number][] {
  const shown = new Set(nodes);
  return nodes.flatMap((from) =>
    Array.from(neighbours(graph.down, from))
      .filter((to) => shown.has(to))
      .map((to): [number, number] => [from, to]),
  );
}
