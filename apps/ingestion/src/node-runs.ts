import type { Tx } from '@headgate/kit';
import type { Place } from './commit.ts';
import type { ReadResults } from './reading.ts';

const replaced = ['status', 'finished_at', 'duration_ms', 'rows', 'bytes', 'message']
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

/** Whoever matches what was observed with nodes, or changes what it is matched with, is alone in the environment until it commits. */
export const lockObserved = (tx: Tx, { project, environment }: Place): Promise<unknown> =>
  tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${tx.org} ${project} ${environment} observed`]);

/** How a node ended in a run, as somebody told us who is not dbt's own file. */
export interface ObservedRun {
  readonly node: string;
  readonly run: string;
  readonly status: string;
  readonly finished_at: string;
  readonly duration_ms: number | null;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly message: string | null;
}

/** Keeps how each node ended; dbt's own word takes the place of what was observed. `name` is our run, or the invocation that dbt names when the file came from elsewhere. */
export async function recordResults(
  tx: Tx,
  { project, environment }: Place,
  { isExecution, rows }: ReadResults,
  name: string | null,
): Promise<void> {
  if (!name || !isExecution) return;
  await lockObserved(tx, { project, environment });
  await tx.query(
    `insert into node_run (org_id, project, environment, run, node, status, finished_at, duration_ms, rows, bytes, message)
     select distinct on (r.node) $1::uuid, $2, $3, $4, r.node, r.status, r.finished_at, r.duration_ms, r.rows, r.bytes, r.message
     from json_to_recordset($5::json) as r(node text, status text, finished_at timestamptz, duration_ms bigint, rows bigint, bytes bigint, message text)
     on conflict (org_id, project, environment, node, run) do update set ${replaced}, via = null where node_run.via is not null`,
    [tx.org, project, environment, name, rows],
  );
}

const readObserved = `json_to_recordset($4::json) as r(run text, node text, status text, finished_at timestamptz, duration_ms bigint, rows bigint, bytes bigint, message text)`;

/**
 * Keeps what was observed, unless dbt's own file said it already; of two ends of a node in one run, the later one.
 * Answers what changed by it: where that is nothing, nothing was written. Wants the lock.
 */
export async function recordObserved(
  tx: Tx,
  { project, environment }: Place,
  observed: readonly ObservedRun[],
): Promise<{ node: string; run: string; status: string }[]> {
  if (observed.length === 0) return [];
  const given = [tx.org, project, environment];
  const fresh = await tx.query<{ node: string; run: string; status: string }>(
    `select distinct on (r.run, r.node) r.*
     from ${readObserved} left join node_run n
       on n.org_id = $1 and n.project = $2 and n.environment = $3 and n.run = r.run and n.node = r.node
     where n.node is null or (n.via is not null and (r.finished_at, r.status) >= (n.finished_at, n.status)
       and (r.duration_ms, r.rows, r.bytes, r.message, r.finished_at, r.status)
         is distinct from (n.duration_ms, n.rows, n.bytes, n.message, n.finished_at, n.status))
     order by r.run, r.node, r.finished_at desc, r.status desc`,
    [...given, JSON.stringify(observed)],
  );
  if (fresh.length === 0) return [];
  await tx.query(
    `insert into node_run (org_id, project, environment, run, node, status, finished_at, duration_ms, rows, bytes, message, via)
     select $1::uuid, $2, $3, r.*, 'openlineage' from ${readObserved}
     on conflict (org_id, project, environment, node, run) do update set ${replaced}`,
    [...given, JSON.stringify(fresh)],
  );
  return fresh.map(({ node, run, status }) => ({ node, run, status }));
}

/** The manifest that the invocation wrote which wrote these results, if it was delivered: only the two together say what was built. */
export async function manifestOf(
  tx: Tx,
  { project, environment }: Place,
  invocation: string | null,
): Promise<string | undefined> {
  const [row] = await tx.query<{ digest: string }>(
    `select digest from artifact where project = $1 and environment = $2 and kind = 'manifest' and invocation = $3
     order by created_at desc, digest limit 1`,
    [project, environment, invocation],
  );
  return row?.digest;
}
