import { Injectable } from '@nestjs/common';
import type { Snapshot, SnapshotsGetInput, SnapshotsListInput, SnapshotsListOutput } from '@headgate/contracts';
import { type Call, Database, Failure, keyOf, pageOf, type Tx } from '@headgate/kit';

interface Row {
  project: string;
  environment: string;
  seq: string;
  snapshot: string;
  manifest: string;
  graph: string;
  revision: string | null;
  nodes: number;
  edges: number;
  counts: Record<string, number>;
  created_at: Date;
}

@Injectable()
export class Snapshots {
  constructor(private readonly database: Database) {}

  /** One snapshot; `latest` comes with the manifest and revision that the environment stands at now. */
  get(input: SnapshotsGetInput, call: Call): Promise<Snapshot> {
    return this.database.read(call, (tx) => snapshotIn(tx, input));
  }

  list({ project, environment, cursor, limit = 50 }: SnapshotsListInput, call: Call): Promise<SnapshotsListOutput> {
    return this.database.read(call, async (tx) => {
      const [before] = keyOf(cursor, 1) ?? [];
      const rows = await tx.query<Row>(
        `select * from graph_snapshot where project = $1 and environment = $2 and ($3::bigint is null or seq < $3) order by seq desc limit $4`,
        [project, environment, before ?? null, limit + 1],
      );
      return pageOf(rows, limit, ({ seq }) => [seq], shown);
    });
  }
}

export async function snapshotIn(tx: Tx, { project, environment, snapshot }: SnapshotsGetInput): Promise<Snapshot> {
  const [row] =
    snapshot === 'latest'
      ? await tx.query<Row>(
          `select s.*, h.manifest, h.revision from environment_head h
           join graph_snapshot s on s.org_id = h.org_id and s.project = h.project and s.environment = h.environment and s.seq = h.seq
           where h.project = $1 and h.environment = $2`,
          [project, environment],
        )
      : await tx.query<Row>(
          'select * from graph_snapshot where project = $1 and environment = $2 and snapshot = $3 order by seq desc limit 1',
          [project, environment, snapshot],
        );
  if (row) return shown(row);
  throw new Failure('not-found', {
    detail:
      snapshot === 'latest'
        ? `${project}/${environment} has no graph yet`
        : `${project}/${environment} has no snapshot ${snapshot}`,
    hint: 'ingest a manifest: headgate ingest --project DIR, or headgate ingest target/',
  });
}

const shown = ({
  created_at,
  seq,
  revision,
  project,
  environment,
  snapshot,
  manifest,
  graph,
  nodes,
  edges,
  counts,
}: Row): Snapshot => ({
  project,
  environment,
  snapshot,
  seq: Number(seq),
  createdAt: created_at.toISOString(),
  nodes,
  edges,
  manifest,
  graph,
  counts,
  ...(revision && { revision }),
});
