import { type Adjacency, type Direction, neighbours } from './adjacency.ts';

/** What a walk reached: indexes in order of distance, then of index; the roots themselves are not among them. */
export interface Reached {
  readonly nodes: Uint32Array;
  /** Distance of each of `nodes` from the nearest root, ≥ 1. */
  readonly depths: Uint32Array;
  /** Whether the walk stopped at `maxDepth` or `limit` with more to see. */
  readonly truncated: boolean;
}

export interface ReachOptions {
  /** Edges to follow from a root; unbounded when absent. */
  readonly maxDepth?: number;
  /** Nodes to return at most. */
  readonly limit?: number;
}

/** Breadth-first closure of some nodes in one direction. */
export function reach(
  graph: Adjacency,
  roots: readonly number[],
  direction: Direction,
  options: ReachOptions = {},
): Reached {
  const { maxDepth = Infinity, limit = Infinity } = options;
  const rows = graph[direction];
  const depth = new Int32Array(graph.ids.length).fill(-1);
  for (const root of roots) depth[root] = 0;
  const found: number[] = [];
  let truncated = false;
  let level = [...new Set(roots)].sort((a, b) => a - b);
  for (let d = 1; level.length > 0; d++) {
    const next: number[] = [];
    for (const node of level) {
      for (const other of neighbours(rows, node)) {
        if (depth[other] !== -1) continue;
        if (d > maxDepth || found.length + next.length >= limit) {
          truncated = true;
          continue;
        }
        depth[other] = d;
        next.push(other);
      }
    }
    next.sort((a, b) => a - b);
    found.push(...next);
    level = next;
  }
  return { nodes: Uint32Array.from(found), depths: Uint32Array.from(found, (i) => depth[i] as number), truncated };
}

/** A shortest path from one node down to another, as indexes with both ends; the smallest one by index. */
export function pathBetween(graph: Adjacency, from: number, to: number): number[] | undefined {
  if (from === to) return [from];
  // Distances towards `to`, then a walk down that always takes the smallest neighbour one step nearer.
  const up = reach(graph, [to], 'up');
  const distance = new Map<number, number>([[to, 0]]);
  up.nodes.forEach((node, i) => distance.set(node, up.depths[i] as number));
  if (!distance.has(from)) return undefined;
  const path = [from];
  for (let at = from; at !== to;) {
    const left = distance.get(at) as number;
    const step = neighbours(graph.down, at).find((n) => distance.get(n) === left - 1) as number;
    path.push(step);
    at = step;
  }
  return path;
}

/** Everything on any way from one node down to another, both ends included, by index; empty when there is no way. */
export function betweenNodes(graph: Adjacency, from: number, to: number): number[] {
  const below = new Set([from, ...reach(graph, [from], 'down').nodes]);
  if (!below.has(to)) return [];
  const above = [to, ...reach(graph, [to], 'up').nodes];
  return above.filter((node) => below.has(node)).sort((a, b) => a - b);
}

/** Every node after all that it reads; undefined when the graph has a cycle. Ties by index. */
export function topological(graph: Adjacency): Uint32Array | undefined {
  const n = graph.ids.length;
  const waiting = new Uint32Array(n);
  for (let i = 0; i < n; i++) waiting[i] = neighbours(graph.up, i).length;
  const order = new Uint32Array(n);
  let filled = 0;
  for (let i = 0; i < n; i++) if (waiting[i] === 0) order[filled++] = i;
  for (let done = 0; done < filled; done++) {
    for (const child of neighbours(graph.down, order[done] as number)) {
      waiting[child] = (waiting[child] as number) - 1;
      if (waiting[child] === 0) order[filled++] = child;
    }
  }
  return filled === n ? order : undefined;
}
