import type { TasksCompleteInput } from '@headgate/contracts';
import type { Change, Tx } from '@headgate/kit';
import { finished, follow, type Told } from './ends.ts';
import { leavesWork, type TaskState } from './task-state.ts';

type Ended = Told['task'] & Pick<TaskState, 'concurrency_key' | 'is_awaited'>;

/**
 * All that an end changes, in one statement, for those who hold what they end. Had it to wait for a task, the task is
 * as it stands after the wait, and its lease as it was before (see `lock`). Tasks come in the order of their ids, then
 * their jobs in that of theirs. Nothing is joined: a plan that was made for empty tables could not tell how. The arrays
 * of what is nearly always the same, outcomes and causes, are left out when it is.
 */
const statement = `
  with ended as (
    update task t set status = coalesce($3, ($4::text[])[array_position($2, t.id)]),
      result = ($5::jsonb[])[array_position($2, t.id)], cause = ($6::text[])[array_position($2, t.id)],
      finished_at = now(), deadline = null
    where t.org_id = $1 and t.id = any ($2::uuid[]) and t.status = 'leased'
      and (select l.until from task_lease l where l.org_id = $1 and l.task_id = t.id and l.attempt = t.attempt
        and l.worker = ($7::text[])[array_position($2, t.id)]) > clock_timestamp()
    returning t.id, t.job_id, t.run_id, t.correlation_id, t.project, t.environment, t.attempt, t.concurrency_key, t.is_awaited),
  gone as (
    delete from task_lease where org_id = $1 and task_id = any (array(select id from ended))
    returning task_id, attempt, worker, started_at),
  tried as (
    insert into task_attempt (org_id, task_id, attempt, worker, started_at, finished_at, outcome, cause)
    select $1, task_id, attempt, worker, started_at, now(),
      coalesce($3, ($4::text[])[array_position($2, task_id)]), ($6::text[])[array_position($2, task_id)]
    from gone),
  jobs as materialized (select array_agg(job_id) as ids from ended),
  closed as (
    update job j set open_tasks = j.open_tasks - cardinality(array_positions((select ids from jobs), j.id)),
      finished_at = case when j.open_tasks <= cardinality(array_positions((select ids from jobs), j.id)) then now() end
    where j.org_id = $1 and j.id = any (array(select job_id from ended)))
  select * from ended`;

/** Somebody reports a task that another one has, or nobody any more. */
export class NotHeld extends Error {}

/**
 * Ends what these reports say, one a task, and answers what to tell. For those whose outcome asks for nothing but an
 * end; all of them have to hold their tasks, or it throws, and the transaction has to be taken back.
 */
export async function endHeld(tx: Tx, reports: readonly TasksCompleteInput[]): Promise<Change[]> {
  const sorted = [...reports].sort((a, b) => (a.task < b.task ? -1 : 1));
  const outcomes = new Set(sorted.map(({ outcome }) => outcome));
  const [one] = outcomes.size === 1 ? outcomes : [];
  const rows = await tx.prepared<Ended>(statement, [
    ...[tx.org, sorted.map(({ task }) => task), one ?? null, one ? null : sorted.map(({ outcome }) => outcome)],
    sorted.map(({ result }) => JSON.stringify(result)),
    sorted.some(({ cause }) => cause) ? sorted.map(({ cause }) => cause ?? null) : null,
    sorted.map(({ worker }) => worker),
  ]);
  const attempts = new Map(rows.map(({ id, attempt }) => [id, attempt]));
  if (reports.some(({ task, attempt }) => attempts.get(task) !== attempt)) throw new NotHeld();
  if (rows.some((row) => row.concurrency_key !== null)) tx.told.add(leavesWork);
  const ended = new Map(rows.map((row) => [row.id, row]));
  const ends = reports.map(({ task, outcome, result, cause }) => ({ task: ended.get(task)!, outcome, result, cause }));
  const awaited = ends.filter(({ task }) => task.is_awaited);
  return [...ends.map(finished), ...(awaited.length > 0 ? await follow(tx, awaited) : [])];
}
