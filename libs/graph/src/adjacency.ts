import type { LogicalGraph } from './logical-graph.ts';

/** One direction of edges in compressed rows: the neighbours of `i` are `targets[offsets[i] … offsets[i + 1] - 1]`, sorted. */
export interface Rows {
  readonly offsets: Uint32Array;
  readonly targets: Uint32Array;
}

/** A graph as typed arrays: 100,000 nodes and 150,000 edges take 2 MB and are walked in about a millisecond. */
export interface Adjacency {
  /** Index → id, in the graph's order. */
  readonly ids: readonly string[];
  readonly index: ReadonlyMap<string, number>;
  /** Towards what a node reads. */
  readonly up: Rows;
  /** Towards what reads it. */
  readonly down: Rows;
  readonly edges: number;
}

export type Direction = 'up' | 'down';

export function adjacency(graph: Pick<LogicalGraph, 'nodes'>): Adjacency {
  return adjacencyOf(
    graph.nodes.map((node) => node.id),
    (i) => (graph.nodes[i] as { dependsOn: readonly string[] }).dependsOn,
  );
}

/** The same from any list of ids and their parents; parents that are not in the list are left out. */
export function adjacencyOf(ids: readonly string[], parentsOf: (i: number) => readonly string[]): Adjacency {
  const index = new Map(ids.map((id, i) => [id, i]));
  const from: number[] = [];
  const to: number[] = [];
  ids.forEach((_, child) => {
    const parents = parentsOf(child);
    for (const parent of parents.length < 2 ? parents : new Set(parents)) {
      const p = index.get(parent);
      if (p === undefined) continue;
      from.push(p);
      to.push(child);
    }
  });
  return { ids, index, up: rows(ids.length, to, from), down: rows(ids.length, from, to), edges: from.length };
}

/** Counting sort of edges by `key`, then each row sorted, so that equal graphs give equal arrays. */
function rows(n: number, key: readonly number[], value: readonly number[]): Rows {
  const offsets = new Uint32Array(n + 1);
  for (const k of key) offsets[k + 1] = (offsets[k + 1] as number) + 1;
  for (let i = 0; i < n; i++) offsets[i + 1] = (offsets[i + 1] as number) + (offsets[i] as number);
  const next = offsets.slice(0, n);
  const targets = new Uint32Array(key.length);
  key.forEach((k, e) => {
    const slot = next[k] as number;
    targets[slot] = value[e] as number;
    next[k] = slot + 1;
  });
  for (let i = 0; i < n; i++) targets.subarray(offsets[i], offsets[i + 1]).sort();
  return { offsets, targets };
}

/** The neighbours of one node, as a view into the rows. */
export function neighbours(rows: Rows, i: number): Uint32Array {
  return rows.targets.subarray(rows.offsets[i], rows.offsets[i + 1]);
}
