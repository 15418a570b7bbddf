import { Injectable } from '@nestjs/common';
import type { Snapshot } from '@headgate/contracts';
import { type Adjacency, adjacency, type GraphNode, type LogicalGraph, urnOf } from '@headgate/graph';
import { Blobs, type Call, Database, Failure } from '@headgate/kit';
import { snapshotIn } from './snapshots.ts';

/** A snapshot in memory: immutable, so it needs no invalidation. */
export interface LoadedGraph {
  readonly graph: LogicalGraph;
  readonly edges: Adjacency;
  readonly nodes: ReadonlyMap<string, GraphNode>;
}

/** Where a question is asked; the newest snapshot when it names none. */
export interface Place {
  readonly project: string;
  readonly environment: string;
  readonly snapshot?: string;
}

export interface OpenedGraph extends LoadedGraph {
  readonly place: Place;
  readonly snapshot: Snapshot;
}

/** Bytes of graphs kept at once (as on disk; in memory about four times as many); the least recently used goes first. */
const capacity = 160e6;

/** Snapshots by (organization, digest of the graph's bytes): what one organization warmed, no other one can hit. */
@Injectable()
export class Graphs {
  private readonly loaded = new Map<string, { graph: Promise<LoadedGraph>; bytes: number }>();

  constructor(
    private readonly blobs: Blobs,
    private readonly database: Database,
  ) {}

  async open(place: Place, call: Call): Promise<OpenedGraph> {
    const { project, environment, snapshot: wanted = 'latest' } = place;
    const snapshot = await this.database.read(call, (tx) => snapshotIn(tx, { project, environment, snapshot: wanted }));
    return { ...(await this.load(call.org, snapshot.graph)), place: { project, environment }, snapshot };
  }

  async load(org: string, digest: string): Promise<LoadedGraph> {
    const key = `${org} ${digest}`;
    const bytes = await this.blobs.size(org, digest);
    const { graph } = this.loaded.get(key) ?? { graph: this.read(org, digest) };
    this.loaded.delete(key);
    this.loaded.set(key, { graph, bytes });
    this.forget();
    graph.catch(() => this.loaded.delete(key));
    return graph;
  }

  private forget(): void {
    let sum = 0;
    for (const { bytes } of this.loaded.values()) sum += bytes;
    for (const [key, { bytes }] of this.loaded) {
      if (sum <= capacity || this.loaded.size === 1) return;
      this.loaded.delete(key);
      sum -= bytes;
    }
  }

  private async read(org: string, digest: string): Promise<LoadedGraph> {
    const graph = JSON.parse((await this.blobs.get(org, digest)).toString()) as LogicalGraph;
    return { graph, edges: adjacency(graph), nodes: new Map(graph.nodes.map((node) => [node.id, node])) };
  }
}

/** The index of a node named by URN, by dbt's unique_id, or by a name that only one node has. */
export function findNode({ graph, edges, place }: OpenedGraph, asset: string, where: string): number {
  const { project, environment } = place;
  const id = asset.startsWith(urnOf(project, '')) ? asset.slice(urnOf(project, '').length) : asset;
  const exact = edges.index.get(id);
  if (exact !== undefined) return exact;
  const named = graph.nodes.filter(({ name }) => name === id);
  if (named.length === 1) return edges.index.get(named[0]!.id)!;
  throw named.length === 0
    ? new Failure('not-found', {
        detail: `${project}/${environment} has no asset ${asset}`,
        where,
        hint: `headgate search ${id}`,
      })
    : new Failure('conflict', {
        detail: `${named.length} assets are called ${asset}`,
        where,
        hint: `name one: ${named
          .slice(0, 5)
          .map((node) => node.id)
          .join(', ')}`,
      });
}
