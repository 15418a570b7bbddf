import { Injectable } from '@nestjs/common';
import type { SnapshotsSkeletonInput } from '@headgate/contracts';
import { packedSkeleton } from '@headgate/graph';
import { Blobs, type Call, Database, type Tx } from '@headgate/kit';
import { Graphs } from './graphs.ts';
import { snapshotIn } from './snapshots.ts';

/** Maps of whole graphs. Ingestion lays them out; for a snapshot from before it did, the map is made when it is asked for. */
@Injectable()
export class Skeletons {
  /** Digests of maps made here, by organization and graph. */
  private readonly made = new Map<string, Promise<string>>();

  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
    private readonly graphs: Graphs,
  ) {}

  async digest(input: SnapshotsSkeletonInput, call: Call): Promise<string> {
    const { graph, kept } = await this.database.read(call, async (tx) => {
      const snapshot = await snapshotIn(tx, input);
      return { graph: snapshot.graph, kept: await keptIn(tx, input, snapshot.seq) };
    });
    if (kept) return kept;
    const key = `${call.org} ${graph}`;
    const making = this.made.get(key) ?? this.make(call.org, graph);
    this.made.set(key, making);
    making.catch(() => this.made.delete(key));
    return making;
  }

  private async make(org: string, digest: string): Promise<string> {
    const { graph } = await this.graphs.load(org, digest);
    return this.blobs.put(org, packedSkeleton(graph, null));
  }
}

async function keptIn(tx: Tx, { project, environment }: SnapshotsSkeletonInput, seq: number): Promise<string | null> {
  const [row] = await tx.query<{ skeleton: string | null }>(
    'select skeleton from graph_snapshot where project = $1 and environment = $2 and seq = $3',
    [project, environment, seq],
  );
  return row?.skeleton ?? null;
}
