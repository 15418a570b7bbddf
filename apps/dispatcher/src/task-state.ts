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

const read = `select t.id, t.name, t.job_id, j.run_id, j.correlation_id, t.project, t.environment, t.operator, t.status, t.attempt,
    t.max_attempts, t.backoff_ms, t.is_awaited, t.cancel_requested, l.worker, coalesce(l.until <= clock_timestamp(), false) as expired
  from task t join job j on j.org_id = t.org_id and j.id = t.job_id
    left join task_lease l on l.org_id = t.org_id and l.task_id = t.id
  where t.org_id = $1 and t.id = any ($2)`;

/** Locks tasks, in an order that is the same for everybody, and reads them by their ids. */
export async function lock(tx: Tx, ids: readonly string[]): Promise<Map<string, TaskState>> {
  await tx.query('select 1 from task where org_id = $1 and id = any ($2) order by id for update', [tx.org, ids]);
  // Read again under the lock: what the first statement saw may be from before another one's commit.
  const tasks = await tx.query<TaskState>(read, [tx.org, ids]);
  return new Map(tasks.map((task) => [task.id, task]));
}
