import { canonical } from '@headgate/contracts';
import type { GraphColumn, GraphNode, LogicalGraph } from './logical-graph.ts';

/** From one snapshot to another. All lists are sorted by id. */
export interface GraphDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly NodeDiff[];
  readonly edgesAdded: readonly GraphEdge[];
  readonly edgesRemoved: readonly GraphEdge[];
}

/** `to` reads `from`. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

export interface NodeDiff {
  readonly id: string;
  /** Fields of the node that differ, edges and columns and config told apart below. */
  readonly fields: readonly string[];
  readonly columnsAdded: readonly string[];
  readonly columnsRemoved: readonly string[];
  readonly columnsChanged: readonly string[];
  /** Keys of the resolved config that differ. */
  readonly config: readonly string[];
}

export function diffGraphs(before: LogicalGraph, after: LogicalGraph): GraphDiff {
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const now = new Map(after.nodes.map((node) => [node.id, node]));
  const changed: NodeDiff[] = [];
  for (const [id, node] of now) {
    const was = old.get(id);
    const difference = was && was !== node ? diffNodes(was, node) : undefined;
    if (difference) changed.push(difference);
  }
  return {
    added: [...now.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
    changed,
    edgesAdded: edgesBeyond(now, old),
    edgesRemoved: edgesBeyond(old, now),
  };
}

/** What differs between two versions of a node; undefined when nothing does. */
export function diffNodes(was: GraphNode, is: GraphNode): NodeDiff | undefined {
  const fields = differing(was, is);
  if (fields.length === 0) return undefined;
  const [old, now] = [columns(was), columns(is)];
  return {
    id: is.id,
    fields,
    columnsAdded: [...now.keys()].filter((name) => !old.has(name)),
    columnsRemoved: [...old.keys()].filter((name) => !now.has(name)),
    columnsChanged: [...now]
      .filter(([name, column]) => old.has(name) && !same(old.get(name), column))
      .map(([name]) => name),
    config: differing(was.config ?? {}, is.config ?? {}),
  };
}

function differing(was: object, is: object): string[] {
  const [a, b] = [was as Record<string, unknown>, is as Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !same(a[key], b[key])).sort();
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return canonical(a) === canonical(b);
}

function columns(node: GraphNode): Map<string, GraphColumn> {
  return new Map((node.columns ?? []).map((column) => [column.name, column]));
}

function edgesBeyond(nodes: ReadonlyMap<string, GraphNode>, others: ReadonlyMap<string, GraphNode>): GraphEdge[] {
  const edges: GraphEdge[] = [];
  for (const [id, node] of nodes) {
    const known = others.get(id)?.dependsOn;
    if (known === node.dependsOn) continue;
    const had = new Set(known);
    for (const parent of node.dependsOn) if (!had.has(parent)) edges.push({ from: parent, to: id });
  }
  return edges;
}
