import type { Tx } from '@headgate/kit';

/** What a commit is said to hold when it may have left something to lease: an offer, or a concurrency key. */
export const leavesWork = 'leaves work';

/** A task as it stands, locked until the end of the transaction. */
export interface TaskState {
  /** Where the row lies, and its job's: for as long as they are locked, the quickest and surest way to them. */
  readonly place: string;
  readonly job_place: string;
  readonly id: string;
  readonly name: string;
  readonly job_id: string;
  readonly run_id: string;
  readonly correlation_id: string | null;
  readonly project: string;
  readonly environment: string;
  readonly operator: string;
  readonly concurrency_key: string | null;
  readonly rate_key: string | null;
  readonly status: string;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly backoff_ms: number;
  readonly is_awaited: boolean;
  readonly cancel_requested: boolean;
  readonly worker: string | null;
  readonly started_at: Date | null;
  /** Whether the lease has run out, by the database's clock. */
  readonly expired: boolean;
}

/**
 * One statement reads and locks: the tasks, then their jobs, so that whoever ends several tasks of a job waits here. Had it
 * to wait, the task is as it stands after the wait, and its lease as it was before: a lease of another attempt counts
 * as none. What ends or extends a lease of this attempt changes the task too, or only makes it last longer.
 */
const read = `
  with t as materialized (
    select t.* from unnest($2::uuid[]) as asked (id) cross join lateral (
      select ctid as place, id, name, job_id, run_id, correlation_id, project, environment, operator, concurrency_key, rate_key,
        status, attempt, max_attempts, backoff_ms, is_awaited, cancel_requested
      from task where org_id = $1 and id = asked.id for no key update) t),
  j as materialized (
    select j.* from (select distinct job_id from t order by job_id) as asked (id) cross join lateral (
      select ctid as place, id from job where org_id = $1 and id = asked.id for no key update) j)
  select t.*, j.place as job_place, l.worker, l.started_at, coalesce(l.until <= clock_timestamp(), false) as expired
  from t join j on j.id = t.job_id
    left join lateral (
      select attempt, worker, started_at, until from task_lease where org_id = $1 and task_id = t.id limit 1) l
      on l.attempt = t.attempt`;

/** Locks tasks, in an order that is the same for everybody, and reads them by their ids. */
export async function lock(tx: Tx, ids: readonly string[]): Promise<Map<string, TaskState>> {
  const tasks = await tx.prepared<TaskState>(read, [tx.org, [...ids].sort()]);
  return new Map(tasks.map((task) => [task.id, task]));
}

/**
 * From here on rows are found by their place alone. Postgres plans a statement once, maybe while a table is as good as
 * empty, and would go on to read all of an organization's rows where it has the choice.
 */
export const byPlace = (tx: Tx): Promise<void> => tx.send('set local enable_indexscan = off', []);

/** Ends that. */
export const byKey = (tx: Tx): Promise<void> => tx.send('set local enable_indexscan = on', []);
