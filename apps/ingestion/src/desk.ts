import {
  type Artifact,
  ArtifactReader,
  type Catalog,
  type Manifest,
  mostUnpacked,
  type ReadResult,
} from '@headgate/dbt';
import { GraphBuilder, type LogicalGraph, packedSkeleton, sealGraph } from '@headgate/graph';
import { deltaOf } from './index-delta.ts';
import { Inflater } from './inflater.ts';
import { LineageGathering } from './lineage-inputs.ts';
import type { Order, ReadFile, ReadFor, ReadGraph } from './reading.ts';
import { resultsOf } from './results.ts';

type Gathered = GraphBuilder | LineageGathering;

interface Taken {
  readonly artifact: Artifact;
  readonly gathered: Gathered;
}

interface Open {
  readonly reader: ArtifactReader;
  readonly gathered: Gathered;
  readonly packedBytes: number;
  inflater: Inflater | undefined;
  isFirst: boolean;
}

interface Outcome {
  readonly value?: unknown;
  /** Memory that goes to the other thread without a copy. */
  readonly moved?: ArrayBuffer[];
}

/** Where one delivery lies while it is read: its files, then its graph. */
export class Desk {
  private taken: Taken[] = [];
  private open: Open | undefined;
  private graph: LogicalGraph | undefined;
  private digests: ReadonlyMap<string, string> = new Map();

  async take(order: Order): Promise<Outcome> {
    switch (order.do) {
      case 'file':
        return this.begin(order.name, order.id, order.bytes, order.of);
      case 'piece':
        return { value: await this.feed(order.bytes) };
      case 'end':
        return { value: await this.end() };
      case 'graph':
        return this.seal(order.manifest, order.catalog);
      case 'lineage':
        return this.lineage(order.manifest, order.catalog);
      case 'skeleton':
        return { value: packedSkeleton(this.graph!, order.before) };
      case 'delta':
        return { value: deltaOf(this.graph!, this.digests, order.known) };
      case 'forget':
        this.taken = [];
        this.open = this.graph = undefined;
        this.digests = new Map();
        return {};
    }
  }

  private begin(name: string, id: string, packedBytes: number, of: ReadFor): Outcome {
    const gathered = of === 'graph' ? new GraphBuilder() : new LineageGathering();
    const reader = new ArtifactReader({ file: name, id, nodes: (node, map) => gathered.add(node, map) });
    this.open = { reader, gathered, packedBytes, inflater: undefined, isFirst: true };
    return {};
  }

  /** Whether more of this file is wanted. */
  private feed(piece: Uint8Array): boolean | Promise<boolean> {
    const open = this.open!;
    if (open.isFirst && piece[0] === 0x1f && piece[1] === 0x8b)
      open.inflater = new Inflater(open.reader, mostUnpacked(open.packedBytes));
    open.isFirst = false;
    if (open.inflater) return open.inflater.feed(piece);
    const isWanted = open.reader.feed(piece);
    // Given back at once: for memory that it does not see the collector would go over the whole graph.
    (piece.buffer as ArrayBuffer).transfer(0);
    return isWanted;
  }

  private async end(): Promise<{ file: ReadFile } | { refusal: Extract<ReadResult, { ok: false }>['error'] }> {
    const { reader, gathered, inflater } = this.open!;
    this.open = undefined;
    await inflater?.end();
    const result = reader.end();
    if (!result.ok) return { refusal: result.error };
    const { artifact } = result;
    this.taken.push({ artifact, gathered });
    const { kind, warnings, claim } = artifact;
    const invocation = claim.invocationId?.replaceAll('\u0000', '').toWellFormed() ?? null;
    const results = artifact.kind === 'run_results' ? resultsOf(artifact.runResults) : undefined;
    return { file: { kind, invocation, warnings: warnings.slice(0, 50), ...(results && { results }) } };
  }

  private seal(manifest: number, catalog: number | null): Outcome {
    const { metadata, gathered } = manifestIn(this.taken, manifest);
    if (!(gathered instanceof GraphBuilder)) throw new TypeError('the manifest was not read for a graph');
    const graph = gathered.graph(metadata, catalogIn(this.taken, catalog));
    // What the files held besides is not needed any more: it may go before the graph is written.
    this.taken = [];
    const { id, nodes, pieces } = sealGraph(graph);
    this.graph = graph;
    this.digests = nodes;
    const counts: Record<string, number> = {};
    for (const { type } of graph.nodes) counts[type] = (counts[type] ?? 0) + 1;
    let edges = 0;
    for (const { dependsOn } of graph.nodes) for (const id of dependsOn) if (nodes.has(id)) edges++;
    const value: ReadGraph = { snapshot: id, nodes: graph.nodes.length, edges, counts, pieces };
    return { value, moved: pieces.map(({ buffer }) => buffer as ArrayBuffer) };
  }

  private lineage(manifest: number, catalog: number | null): Outcome {
    const { metadata, gathered } = manifestIn(this.taken, manifest);
    if (!(gathered instanceof LineageGathering)) throw new TypeError('the manifest was not read for lineage');
    return { value: gathered.inputs(metadata, catalogIn(this.taken, catalog)) };
  }
}

function manifestIn(taken: readonly Taken[], manifest: number): { metadata: Manifest['metadata']; gathered: Gathered } {
  const { artifact, gathered } = taken[manifest]!;
  if (artifact.kind !== 'manifest') throw new TypeError(`a ${artifact.kind} stands where a manifest is wanted`);
  return { metadata: artifact.manifest.metadata, gathered };
}

function catalogIn(taken: readonly Taken[], catalog: number | null): Catalog | undefined {
  const artifact = catalog === null ? undefined : taken[catalog]!.artifact;
  if (artifact && artifact.kind !== 'catalog')
    throw new TypeError(`a ${artifact.kind} stands where a catalog is wanted`);
  return artifact?.catalog;
}
