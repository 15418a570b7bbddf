import { type Adjacency, neighbours } from './adjacency.ts';

export interface RollupGroup {
  readonly key: string;
  /** Indexes of its nodes. */
  readonly nodes: readonly number[];
  /** Edges within the group. */
  readonly inside: number;
}

export interface RollupEdge {
  readonly from: string;
  readonly to: string;
  /** Edges from nodes of `from` to nodes of `to`. */
  readonly count: number;
}

export interface Rollup {
  /** Largest first, then by key. */
  readonly groups: readonly RollupGroup[];
  /** Heaviest first. */
  readonly edges: readonly RollupEdge[];
  /** Pairs of groups with an edge; those beyond `edges` are hidden. */
  readonly edgeCount: number;
}

/**
 * A graph by groups. Of each group the `top` heaviest edges in each direction are kept, because even 200 groups may
 * have 15,000 pairs; `groupOf` answers undefined for a node that is left out.
 */
export function rollup(graph: Adjacency, groupOf: (node: number) => string | undefined, top: number): Rollup {
  const members = new Map<string, number[]>();
  const keys = graph.ids.map((_, node) => {
    const key = groupOf(node);
    if (key === undefined) return undefined;
    const list = members.get(key);
    if (list) list.push(node);
    else members.set(key, [node]);
    return key;
  });
  const inside = new Map<string, number>();
  const weights = new Map<string, Map<string, number>>();
  keys.forEach((from, node) => {
    if (from === undefined) return;
    for (const child of neighbours(graph.down, node)) {
      const to = keys[child];
      if (to === undefined) continue;
      if (from === to) inside.set(from, (inside.get(from) ?? 0) + 1);
      else add(weights, from, to);
    }
  });
  const all = [...weights].flatMap(([from, row]) => [...row].map(([to, count]): RollupEdge => ({ from, to, count })));
  const groups = [...members].map(([key, nodes]) => ({ key, nodes, inside: inside.get(key) ?? 0 }));
  groups.sort((a, b) => b.nodes.length - a.nodes.length || (a.key < b.key ? -1 : 1));
  return { groups, edges: heaviest(all, top), edgeCount: all.length };
}

function add(weights: Map<string, Map<string, number>>, from: string, to: string): void {
  let row = weights.get(from);
  if (!row) weights.set(from, (row = new Map()));
  row.set(to, (row.get(to) ?? 0) + 1);
}

function heaviest(edges: RollupEdge[], top: number): RollupEdge[] {
  edges.sort((a, b) => b.count - a.count || (a.from + a.to < b.from + b.to ? -1 : 1));
  const out = new Map<string, number>();
  const into = new Map<string, number>();
  return edges.filter(({ from, to }) => {
    const [o, i] = [(out.get(from) ?? 0) + 1, (into.get(to) ?? 0) + 1];
    out.set(from, o);
    into.set(to, i);
    return o <= top || i <= top;
  });
}
