import { canonical, hashOf, sha256 } from '@headgate/contracts';
import type { GraphNode, LogicalGraph } from './logical-graph.ts';

/** A graph's identity, with one digest a node, so that two snapshots are compared without reading either graph. */
export interface SnapshotDigests {
  /** `sha256:…` of the canonical `{schemaVersion, project, adapter, nodes: {id: digest}}`. */
  readonly id: string;
  readonly nodes: ReadonlyMap<string, string>;
}

/** A graph ready to be kept: identity and file from one pass over the nodes. */
export interface SealedGraph extends SnapshotDigests {
  /** The graph's canonical bytes, in pieces: at 100,000 nodes one string would double the peak of memory. */
  readonly pieces: readonly Buffer[];
}

/** A node's digest covers all of it, its incoming edges included. */
export function nodeDigest(node: GraphNode): string {
  return hashOf(node);
}

/** Hashes a graph as a tree of depth one. The same project parsed twice, elsewhere or later, has the same id. */
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

const nodesPerPiece = 2000;

/** What `snapshotDigests` and `canonical` say of a graph, writing each node once. */
export function sealGraph(graph: LogicalGraph): SealedGraph {
  const nodes = new Map<string, string>();
  const { nodes: list, adapter, ...rest } = graph;
  const texts = new NodeTexts();
  const pieces: Buffer[] = [Buffer.from(`{"adapter":${canonical(adapter)},"nodes":[`)];
  for (let i = 0; i < list.length; i += nodesPerPiece) {
    const piece = list.slice(i, i + nodesPerPiece).map((node) => {
      const text = texts.of(node);
      nodes.set(node.id, sha256(text));
      return text;
    });
    pieces.push(Buffer.from(`${i > 0 ? ',' : ''}${piece.join(',')}`));
  }
  // `adapter` and `nodes` sort before every other key of a graph.
  pieces.push(Buffer.from(`],${canonical(rest).slice(1)}`));
  return { id: snapshotId(graph, nodes), nodes, pieces };
}

/** Canonical texts of nodes. Maps that nodes share (a config is often the same for thousands) are written once. */
class NodeTexts {
  private readonly shared = new WeakMap<object, string>();

  of(node: GraphNode): string {
    const members: string[] = [];
    for (const key of Object.keys(node).sort() as (keyof GraphNode)[]) {
      const value = node[key];
      if (value !== undefined) members.push(`"${key}":${this.written(value)}`);
    }
    return `{${members.join(',')}}`;
  }

  private written(value: unknown): string {
    if (typeof value === 'string') return canonical(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return canonical(value);
    let text = this.shared.get(value);
    if (text === undefined) this.shared.set(value, (text = canonical(value)));
    return text;
  }
}
