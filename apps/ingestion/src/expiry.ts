import { snapshotExpired, type SnapshotExpired } from '@headgate/contracts';
import { mutate, type Tx } from '@headgate/kit';
import { type Place, takePlace } from './commit.ts';
import { noteUnused } from './unused-blobs.ts';

/** So many snapshots and files of an environment go in one transaction. */
const most = 1000;

/** What might go: snapshots and delivered files that are old, and not what the environment shows. */
export interface Old {
  readonly snapshots: readonly { seq: string; snapshot: string; manifest: string }[];
  readonly files: readonly string[];
}

/** `now` is the transaction's: a snapshot that another one made older meanwhile is only kept longer. */
export async function oldOf(tx: Tx, { project, environment }: Place, days: number): Promise<Old> {
  const place = [project, environment, days, most];
  const snapshots = await tx.query<Old['snapshots'][number]>(
    `select seq, snapshot, manifest from graph_snapshot s where project = $1 and environment = $2
       and created_at < now() - make_interval(days => $3)
       and seq < (select seq from environment_head h where h.project = $1 and h.environment = $2)
     order by seq limit $4`,
    place,
  );
  const files = await tx.query<{ digest: string }>(
    `select digest from artifact where project = $1 and environment = $2 and created_at < now() - make_interval(days => $3)
       and digest not in (${kept})
     order by created_at, digest limit $4`,
    place,
  );
  return { snapshots, files: files.map(({ digest }) => digest) };
}

/** Files that the environment is made of, or its lineage is being made of. A snapshot keeps its manifest besides. */
const kept = `
  select d from environment_head h cross join lateral unnest(array[h.manifest, h.catalog]) d
    where h.project = $1 and h.environment = $2 and d is not null
  union all select d from lineage_state l cross join lateral unnest(array[l.manifest, l.catalog, l.wanted_manifest, l.wanted_catalog]) d
    where l.project = $1 and l.environment = $2 and d is not null`;

/** Removes them, but for what is held or has become current since. What only they showed goes from the index, too. */
export async function expire(tx: Tx, place: Place, old: Old, held: ReadonlySet<string>): Promise<void> {
  const { project, environment } = place;
  await takePlace(tx, place);
  const seqs = old.snapshots.filter((one) => !held.has(one.snapshot) && !held.has(one.manifest)).map(({ seq }) => seq);
  const gone = await tx.query<{ seq: string; snapshot: string; manifest: string; graph: string; skeleton: string }>(
    `delete from graph_snapshot where project = $1 and environment = $2 and seq = any ($3::bigint[])
       and seq < (select seq from environment_head h where h.project = $1 and h.environment = $2)
     returning seq, snapshot, manifest, graph, skeleton`,
    [project, environment, seqs],
  );
  const files = await tx.query<{ digest: string }>(
    `delete from artifact where project = $1 and environment = $2 and digest = any ($3) and digest not in (${kept}
       union all select manifest from graph_snapshot s where s.project = $1 and s.environment = $2)
     returning digest`,
    [project, environment, old.files.filter((digest) => !held.has(digest))],
  );
  if (gone.length === 0 && files.length === 0) return;
  await noteUnused(tx, [
    ...gone.flatMap((one) => [one.manifest, one.graph, one.skeleton]),
    ...files.map((f) => f.digest),
  ]);
  const rows = gone.length === 0 ? 0 : await compact(tx, place);
  const snapshots = gone.map(({ seq, snapshot }) => ({ seq: Number(seq), snapshot })).sort((a, b) => a.seq - b.seq);
  const told: SnapshotExpired = { project, environment, snapshots, artifacts: files.length, rows };
  await mutate(tx, snapshotExpired, told);
}

/** Removes rows of the index that no snapshot shows any more; answers how many. */
async function compact(tx: Tx, { project, environment }: Place): Promise<number> {
  let rows = 0;
  for (const table of ['node_index', 'impact_index']) {
    const [counted] = await tx.query<{ n: string }>(
      `with gone as (delete from ${table} i where project = $1 and environment = $2 and to_seq is not null and not exists (
         select 1 from graph_snapshot s where s.project = $1 and s.environment = $2 and s.seq >= i.from_seq and s.seq < i.to_seq)
         returning 1)
       select count(*) as n from gone`,
      [project, environment],
    );
    rows += Number(counted!.n);
  }
  return rows;
}
