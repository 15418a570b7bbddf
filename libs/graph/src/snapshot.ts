import { hashOf } from '@headgate/contracts';
import type { GraphNode, LogicalGraph } from './logical-graph.ts';

/** A graph's identity, with one digest a node, so that two snapshots are compared without reading either graph. */
export interface SnapshotDigests {
  /** `sha256:…` of the canonical `{schemaVersion, project, adapter, nodes: {id: digest}}`. */
  readonly id: string;
  readonly nodes: ReadonlyMap<string, string>;
}

/** A node's digest covers all of it, its incoming edges included. */
export function nodeDigest(node: GraphNode): string {
  return hashOf(node);
}

/**
 * Hashes a graph as a tree of depth one: after a change to k nodes, `known` (digests of unchanged node objects) makes
 * it O(k) in hashing. The same project parsed twice, elsewhere or later, has the same id.
 */
export function snapshotDigests(graph: LogicalGraph): SnapshotDigests {
  const nodes = new Map(graph.nodes.map((node) => [node.id, nodeDigest(node)]));
  return { id: snapshotId(graph, nodes), nodes };
}

/** The snapshot's id from its nodes' digests. */
export function snapshotId(
  graph: Pick<LogicalGraph, 'schemaVersion' | 'project' | 'adapter'>,
  digests: ReadonlyMap<string, string>,
): string {
  const { schemaVersion, project, adapter } = graph;
  return hashOf({ schemaVersion, project, adapter, nodes: Object.fromEntries(digests) });
}
