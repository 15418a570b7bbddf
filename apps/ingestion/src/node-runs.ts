import type { Tx } from '@headgate/kit';
import type { Place } from './commit.ts';
import type { ReadResults } from './reading.ts';

/** Keeps how each node ended. `name` is our run, or the invocation that dbt names when the file came from elsewhere. */
export async function recordResults(
  tx: Tx,
  { project, environment }: Place,
  { isExecution, rows }: ReadResults,
  name: string | null,
): Promise<void> {
  if (!name || !isExecution) return;
  await tx.query(
    `insert into node_run (org_id, project, environment, run, node, status, finished_at, duration_ms, rows, bytes, message)
     select distinct on (r.node) $1::uuid, $2, $3, $4, r.node, r.status, r.finished_at, r.duration_ms, r.rows, r.bytes, r.message
     from json_to_recordset($5::json) as r(node text, status text, finished_at timestamptz, duration_ms bigint, rows bigint, bytes bigint, message text)
     on conflict (org_id, project, environment, node, run) do nothing`,
    [tx.org, project, environment, name, rows],
  );
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
