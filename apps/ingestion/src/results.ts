import { isExecution, type ResultRow, type Results } from '@headgate/dbt';
import type { ReadResults } from './reading.ts';

/** What is kept of run_results: how each node ended. */
export function resultsOf(results: Results): ReadResults {
  const rows = results.results.filter(({ unique_id }) => unique_id !== '').map(factsOf);
  return { isExecution: isExecution(results), rows: JSON.stringify(rows) };
}

function factsOf(row: ResultRow) {
  const timing = Array.isArray(row['timing']) ? (row['timing'] as { completed_at?: unknown }[]) : [];
  const response = (row['adapter_response'] ?? {}) as { rows_affected?: unknown; bytes_processed?: unknown };
  return {
    node: plain(row.unique_id),
    status: plain(row.status),
    finished_at: timeOf(timing.at(-1)?.completed_at),
    duration_ms: whole((row.execution_time ?? NaN) * 1000),
    rows: whole(response.rows_affected),
    bytes: whole(response.bytes_processed),
    message: typeof row.message === 'string' ? plain(row.message).slice(0, 10_000).toWellFormed() : null,
  };
}

const whole = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < Number.MAX_SAFE_INTEGER
    ? Math.round(value)
    : null;

/** Only what every Postgres reads as the same time: dbt writes RFC 3339, older ones without a zone, in UTC. */
export function timeOf(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value)) return null;
  const time = new Date(/(?:Z|[+-]\d\d:\d\d)$/.test(value) ? value : `${value}Z`);
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1 ? null : time.toISOString();
}

const plain = (value: string): string => value.replaceAll('\u0000', '').toWellFormed();
