import { canonical, hashOf, sha256 } from '@headgate/contracts';
import type { GraphNode, LogicalGraph } from './logical-graph.ts';
import { PiecesOfText } from './pieces-of-text.ts';

/** A graph's identity, with one digest a node, so that two snapshots are compared without reading either graph. */
export interface SnapshotDigests {
  /** `sha256:…` of the canonical `{schemaVersion, project, adapter, nodes: {id: digest}}`. */
  readonly id: string;
  readonly nodes: ReadonlyMap<string, string>;
}

/** A graph ready to be kept: identity and file from one pass over the nodes. */
export interface SealedGraph extends SnapshotDigests {
  /** The graph's canonical bytes, in pieces of their own: at 100,000 nodes one string would double the peak of memory. */
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
  const ids = [...digests.keys()];
  if (ids.some((id, i) => i > 0 && ids[i - 1]! > id)) ids.sort();
  // Written here: a map of a hundred thousand keys is slow to copy in order. These keys sort as they stand.
  const members = ids.map((id) => `${canonical(id)}:"${digests.get(id)}"`);
  const [head, tail] = [`"adapter":${canonical(adapter)}`, `${canonical({ project, schemaVersion }).slice(1)}`];
  return sha256(`{${head},"nodes":{${members.join(',')}},${tail}`);
}

/** What `snapshotDigests` and `canonical` say of a graph, writing each node once. */
export function sealGraph(graph: LogicalGraph): SealedGraph {
  const nodes = new Map<string, string>();
  const { nodes: list, adapter, ...rest } = graph;
  const texts = new NodeTexts();
  const pieces = new PiecesOfText();
  pieces.add(`{"adapter":${canonical(adapter)},"nodes":[`);
  list.forEach((node, i) => {
    if (i > 0) pieces.add(',');
    nodes.set(node.id, sha256(pieces.add(texts.of(node))));
  });
  // `adapter` and `nodes` sort before every other key of a graph.
  pieces.add(`],${canonical(rest).slice(1)}`);
  return { id: snapshotId(graph, nodes), nodes, pieces: pieces.end() };
}

/** Canonical texts of nodes. Maps that nodes share (a config is often the same for thousands) are written once. */
class NodeTexts {
  private readonly shared = new WeakMap<object, string>();

  of(node: GraphNode): string {
    const keys = Object.keys(node) as (keyof GraphNode)[];
    for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) keys.sort();
    const members: string[] = [];
    let between: Record<string, unknown> = {};
    for (const key of keys) {
      const value = node[key];
      if ((key !== 'config' && key !== 'meta') || value === undefined) between[key] = value;
      else {
        members.push(inside(between), `"${key}":${this.written(value as object)}`);
        between = {};
      }
    }
    members.push(inside(between));
    return `{${members.filter((text) => text !== '').join(',')}}`;
  }

  private written(value: object): string {
    let text = this.shared.get(value);
    if (text === undefined) this.shared.set(value, (text = canonical(value)));
    return text;
  }
}

/** The members of an object without what surrounds them. */
const inside = (value: object): string => canonical(value).slice(1, -1);
