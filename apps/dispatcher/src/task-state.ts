import type { Tx } from '@headgate/kit';

/** A task as it stands, locked until the end of the transaction. */
export interface TaskState {
  readonly id: string;
  readonly name: string;
  readonly job_id: string;
  readonly run_id: string;
  readonly correlation_id: string | null;
  readonly project: string;
  readonly environment: string;
  readonly operator: string;
  readonly status: string;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly backoff_ms: number;
  readonly is_awaited: boolean;
  readonly cancel_requested: boolean;
  readonly worker: string | null;
  /** Whether the lease has run out, by the database's clock. */
  readonly expired: boolean;
}

/**
 * One statement reads and locks. Had it to wait, the task is as it stands after the wait, and its lease as it was
 * before: a lease of another attempt counts as none. What ends or extends a lease of this attempt changes the task
 * too, or only makes it last longer.
 */
const read = `
  select t.id, t.name, t.job_id, j.run_id, j.correlation_id, t.project, t.environment, t.operator, t.status, t.attempt,
    t.max_attempts, t.backoff_ms, t.is_awaited, t.cancel_requested, case when l.attempt = t.attempt then l.worker end as worker,
    coalesce(l.attempt = t.attempt and l.until <= clock_timestamp(), false) as expired
  from task t join job j on j.org_id = $1 and j.id = t.job_id
    left join task_lease l on l.org_id = $1 and l.task_id = t.id
  where t.org_id = $1 and t.id = any ($2) order by t.id for update of t`;

/** Locks tasks, in an order that is the same for everybody, and reads them by their ids. */
export async function lock(tx: Tx, ids: readonly string[]): Promise<Map<string, TaskState>> {
  const tasks = await tx.prepared<TaskState>(read, [tx.org, ids]);
  return new Map(tasks.map((task) => [task.id, task]));
}
