import { Injectable } from '@nestjs/common';
import { type Adjacency, adjacency, type GraphNode, type LogicalGraph } from '@headgate/graph';
import { Blobs } from '@headgate/kit';

/** A snapshot in memory: immutable, so it needs no invalidation. */
export interface LoadedGraph {
  readonly graph: LogicalGraph;
  readonly edges: Adjacency;
  readonly nodes: ReadonlyMap<string, GraphNode>;
}

/** Graphs kept at once; the least recently used goes first. */
const capacity = 8;

/** Snapshots by (organization, digest of the graph's bytes): what one organization warmed, no other one can hit. */
@Injectable()
export class Graphs {
  private readonly loaded = new Map<string, Promise<LoadedGraph>>();

  constructor(private readonly blobs: Blobs) {}

  load(org: string, digest: string): Promise<LoadedGraph> {
    const key = `${org} ${digest}`;
    const graph = this.loaded.get(key) ?? this.read(org, digest);
    this.loaded.delete(key);
    this.loaded.set(key, graph);
    if (this.loaded.size > capacity) this.loaded.delete(this.loaded.keys().next().value!);
    graph.catch(() => this.loaded.delete(key));
    return graph;
  }

  private async read(org: string, digest: string): Promise<LoadedGraph> {
    const graph = JSON.parse((await this.blobs.get(org, digest)).toString()) as LogicalGraph;
    return { graph, edges: adjacency(graph), nodes: new Map(graph.nodes.map((node) => [node.id, node])) };
  }
}
