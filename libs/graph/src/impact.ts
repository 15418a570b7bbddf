import type { Adjacency } from './adjacency.ts';
import type { GraphNode, LogicalGraph } from './logical-graph.ts';
import { reach } from './reach.ts';

/** What depends on some nodes, directly or through others. */
export interface Impact {
  readonly total: number;
  readonly byType: Readonly<Record<string, number>>;
  /** Nodes without an owner are counted under the empty string. */
  readonly byOwner: Readonly<Record<string, number>>;
  readonly exposures: readonly string[];
  /** Ids in order of distance. */
  readonly ids: readonly string[];
}

/** The impact of changing `ids`; ids that the graph does not have are passed over. */
export function impactOf(graph: LogicalGraph, edges: Adjacency, ids: readonly string[]): Impact {
  const roots = ids.flatMap((id) => edges.index.get(id) ?? []);
  const { nodes } = reach(edges, roots, 'down');
  const reached = Array.from(nodes, (i) => graph.nodes[i] as GraphNode);
  return {
    total: reached.length,
    byType: tally(reached, (node) => node.type),
    byOwner: tally(reached, (node) => node.owner ?? ''),
    exposures: reached.filter((node) => node.type === 'exposure').map((node) => node.id),
    ids: reached.map((node) => node.id),
  };
}

function tally(nodes: readonly GraphNode[], key: (node: GraphNode) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(key(node), (counts.get(key(node)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
