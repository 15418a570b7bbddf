import type { Snapshot } from '@headgate/contracts';
import type { Tx } from '@headgate/kit';
import { writeIndex } from './index-rows.ts';
import { wantLineage } from './lineage-store.ts';
import type { IndexDelta, ReadGraph } from './reading.ts';

/** A graph that is ready to be committed: its bytes are on disk. */
export interface BuiltSnapshot extends Omit<ReadGraph, 'pieces'> {
  readonly blob: string;
  /** Digest of the map's bytes. */
  readonly skeleton: string;
  readonly manifest: string;
  readonly catalog: string | undefined;
  /** What the index must change, when it is as it was at `seq`; 0 is before the first snapshot. */
  readonly delta: { readonly seq: number; readonly rows: IndexDelta };
}

/** One environment of one project; the organization is the transaction's. */
export interface Place {
  readonly project: string;
  readonly environment: string;
}

export interface Head {
  readonly seq: number;
  readonly manifest: string;
  readonly catalog: string | null;
  readonly revision: string | null;
}

export async function currentHead(tx: Tx, { project, environment }: Place): Promise<Head | undefined> {
  const [row] = await tx.query<{ seq: string; manifest: string; catalog: string | null; revision: string | null }>(
    'select seq, manifest, catalog, revision from environment_head where project = $1 and environment = $2',
    [project, environment],
  );
  return row && { ...row, seq: Number(row.seq) };
}

/** Whoever changes what an environment shows does so one after another. */
export async function takePlace(tx: Tx, { project, environment }: Place): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`${tx.org} ${project} ${environment}`]);
}

/**
 * Makes a graph the environment's newest. The same graph again is no new snapshot, but its manifest becomes current all
 * the same: a macro's body or an unrendered config can differ under an equal graph, and plans read the manifest.
 * `deltaNow` tells what the index must change when another delivery came in between.
 */
export async function commitSnapshot(
  tx: Tx,
  place: Place & { revision?: string | undefined },
  built: BuiltSnapshot,
  deltaNow: () => Promise<IndexDelta>,
): Promise<{ snapshot: Snapshot; isNew: boolean }> {
  const { project, environment, revision } = place;
  const [before] = await tx.query<{ seq: string; snapshot: string }>(
    `select s.seq, s.snapshot from graph_snapshot s where project = $1 and environment = $2 order by seq desc limit 1`,
    [project, environment],
  );
  const isNew = before?.snapshot !== built.snapshot;
  const seq = isNew ? Number(before?.seq ?? 0) + 1 : Number(before!.seq);
  const { counts, nodes, edges } = built;
  if (isNew) {
    await tx.query(
      `insert into graph_snapshot (org_id, project, environment, seq, snapshot, manifest, graph, revision, nodes, edges, counts, skeleton)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        tx.org,
        project,
        environment,
        seq,
        built.snapshot,
        built.manifest,
        built.blob,
        revision ?? null,
        nodes,
        edges,
        JSON.stringify(counts),
        built.skeleton,
      ],
    );
    await writeIndex(tx, place, seq, built.delta.seq === seq - 1 ? built.delta.rows : await deltaNow());
  }
  await tx.query(
    `insert into environment_head (org_id, project, environment, seq, manifest, catalog, revision) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (org_id, project, environment) do update set seq = excluded.seq, manifest = excluded.manifest,
       catalog = excluded.catalog, revision = excluded.revision, updated_at = now()`,
    [tx.org, project, environment, seq, built.manifest, built.catalog ?? null, revision ?? null],
  );
  await wantLineage(tx, place, { seq, manifest: built.manifest, catalog: built.catalog ?? null });
  const snapshot: Snapshot = {
    project,
    environment,
    snapshot: built.snapshot,
    seq,
    createdAt: new Date().toISOString(),
    nodes,
    edges,
    manifest: built.manifest,
    graph: built.blob,
    counts,
    ...(revision && { revision }),
  };
  return { snapshot, isNew };
}
