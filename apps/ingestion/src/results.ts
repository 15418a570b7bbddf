import { isExecution, type ResultRow, type Results } from '@headgate/dbt';
import type { Tx } from '@headgate/kit';
import type { Place } from './commit.ts';

/** Keeps how each node ended. `run` is our run, or the invocation that dbt names when the file came from elsewhere. */
export async function recordResults(
  tx: Tx,
  { project, environment }: Place,
  results: Results,
  run?: string,
): Promise<void> {
  const name = run ?? invocationOf(results);
  if (!name || !isExecution(results)) return;
  const rows = results.results.filter(({ unique_id }) => unique_id !== '').map(factsOf);
  await tx.query(
    `insert into node_run (org_id, project, environment, run, node, status, finished_at, duration_ms, rows, bytes, message)
     select distinct on (r.node) $1::uuid, $2, $3, $4, r.node, r.status, r.finished_at, r.duration_ms, r.rows, r.bytes, r.message
     from jsonb_to_recordset($5::jsonb) as r(node text, status text, finished_at timestamptz, duration_ms bigint, rows bigint, bytes bigint, message text)
     on conflict (org_id, project, environment, node, run) do nothing`,
    [tx.org, project, environment, name, JSON.stringify(rows)],
  );
}

function invocationOf({ metadata }: Results): string | undefined {
  const id = metadata['invocation_id'];
  return typeof id === 'string' ? id : undefined;
}

function factsOf(row: ResultRow) {
  const timing = Array.isArray(row['timing']) ? (row['timing'] as { completed_at?: string }[]) : [];
  const response = (row['adapter_response'] ?? {}) as { rows_affected?: unknown; bytes_processed?: unknown };
  const whole = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : null);
  return {
    node: row.unique_id,
    status: row.status,
    finished_at: timing.at(-1)?.completed_at ?? null,
    duration_ms: row.execution_time === undefined ? null : Math.round(row.execution_time * 1000),
    rows: whole(response.rows_affected),
    bytes: whole(response.bytes_processed),
    message: typeof row.message === 'string' ? row.message.replaceAll('\u0000', '').slice(0, 10_000) : null,
  };
}
