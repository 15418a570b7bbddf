import type { NodeStatus, RunStatistics } from '@headgate/contracts';
import type { Tx } from '@headgate/kit';
import type { Place } from './graphs.ts';
import { statusOf } from './node-card.ts';

const counted = 200;
const shown = 30;
const good = new Set(['success', 'pass', 'warn', 'no-op']);
const bad = new Set(['error', 'fail', 'runtime error']);

/** How one node ran, newest first. */
export async function runStatistics(tx: Tx, { project, environment }: Place, id: string): Promise<RunStatistics> {
  const rows = await tx.query<Parameters<typeof statusOf>[0]>(
    `select status, run, finished_at, duration_ms from node_run where project = $1 and environment = $2 and node = $3
     order by finished_at desc nulls last, run desc limit $4`,
    [project, environment, id, counted],
  );
  const runs = rows.map(statusOf);
  const times = runs
    .filter(({ status, durationMs }) => good.has(status) && durationMs !== undefined)
    .map(({ durationMs }) => durationMs!)
    .sort((a, b) => a - b);
  return {
    runs: runs.length,
    succeeded: runs.filter(({ status }) => good.has(status)).length,
    failed: runs.filter(({ status }) => bad.has(status)).length,
    recent: runs.slice(0, shown),
    ...(runs[0] && { last: runs[0] satisfies NodeStatus }),
    ...(times.length > 0 && { medianMs: quantile(times, 0.5), p95Ms: quantile(times, 0.95) }),
  };
}

/** The smallest value that so large a part of the sorted values does not exceed. */
const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]!;
