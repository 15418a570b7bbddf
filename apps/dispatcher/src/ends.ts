import { taskCancelRequested, taskFinished, taskQueued } from '@headgate/contracts';
import { type Change, change, type Tx } from '@headgate/kit';
import { lock, type TaskState } from './task-state.ts';

export type Outcome = 'succeeded' | 'failed' | 'cancelled';

/** How one task ends for good. */
export interface End {
  readonly task: TaskState;
  readonly outcome: Outcome;
  readonly result?: Record<string, unknown>;
  readonly cause?: string | undefined;
  /** What its attempt is remembered as, when that is not the outcome. */
  readonly tried?: string;
  /** It failed in the last attempt it had, and waits for somebody to look at it. */
  readonly isDead?: boolean;
}

const finish = `
  with e as (select * from unnest($2::uuid[], $3::text[], $4::jsonb[], $5::text[], $6::text[], $7::bool[])
    as e(id, outcome, result, cause, tried, dead)),
  ended as (
    update task t set status = e.outcome, result = e.result, cause = e.cause, finished_at = now(),
      dead_at = case when e.dead then now() end, dead_state = case when e.dead then 'open' end
    from e where t.org_id = $1 and t.id = e.id returning t.id, t.job_id),
  gone as (
    delete from task_lease l using e where l.org_id = $1 and l.task_id = e.id
    returning l.task_id, l.attempt, l.worker, l.started_at, e.tried, e.cause),
  kept as (
    insert into task_attempt (org_id, task_id, attempt, worker, started_at, finished_at, outcome, cause)
    select $1, task_id, attempt, worker, started_at, now(), tried, cause from gone),
  counted as (select job_id, count(*)::int as n from ended group by job_id)
  update job j set open_tasks = j.open_tasks - c.n, finished_at = case when j.open_tasks <= c.n then now() end
  from counted c where j.org_id = $1 and j.id = c.job_id`;

/** Ends tasks, and with the last one its job; what waited for them is queued, or ends too. Answers what to tell. */
export async function end(tx: Tx, ends: readonly End[]): Promise<Change[]> {
  if (ends.length === 0) return [];
  await tx.prepared(finish, [
    tx.org,
    ends.map(({ task }) => task.id),
    ends.map(({ outcome }) => outcome),
    ends.map(({ result = {} }) => JSON.stringify(result)),
    ends.map(({ cause }) => cause ?? null),
    ends.map(({ outcome, tried = outcome }) => tried),
    ends.map(({ isDead = false }) => isDead),
  ]);
  const told = ends.map(finished);
  const awaited = ends.filter(({ task }) => task.is_awaited);
  if (awaited.length > 0) told.push(...(await follow(tx, awaited)));
  return told;
}

function finished({ task, outcome, result = {}, cause }: End): Change {
  const { project, environment, job_id: job, id, run_id: run, attempt, correlation_id } = task;
  const data = { project, environment, job, task: id, run, attempt, outcome, result, ...(cause && { cause }) };
  return change(taskFinished, data, correlation_id ? { correlationId: correlation_id } : {});
}

/** Tasks that waited: queued when all they waited for succeeded; cancelled, with all behind them, when one did not. */
async function follow(tx: Tx, ends: readonly End[]): Promise<Change[]> {
  const ids = (won: boolean) =>
    ends.filter(({ outcome }) => (outcome === 'succeeded') === won).map(({ task }) => task.id);
  const free = await tx.query<{ id: string; job: string; project: string; environment: string; operator: string }>(
    `with freed as (
       select task_id, count(*)::int as n from task_dependency where org_id = $1 and after_id = any ($2) group by task_id)
     , counted as (
       update task t set waits_for = t.waits_for - f.n, run_at = now(),
         status = case when t.status = 'blocked' and t.waits_for <= f.n then 'queued' else t.status end
       from freed f where t.org_id = $1 and t.id = f.task_id
       returning t.id, t.job_id as job, t.project, t.environment, t.operator, t.status)
     select id, job, project, environment, operator from counted where status = 'queued'`,
    [tx.org, ids(true)],
  );
  const told = free.map(({ id: task, ...where }) => change(taskQueued, { ...where, task }));
  const behind = await tx.query<{ task_id: string }>(
    'select distinct task_id from task_dependency where org_id = $1 and after_id = any ($2)',
    [tx.org, ids(false)],
  );
  if (behind.length === 0) return told;
  const waiting = await lock(
    tx,
    behind.map(({ task_id }) => task_id),
  );
  const dropped = [...waiting.values()].filter(({ status }) => status === 'blocked');
  const cause = 'what it waited for did not succeed';
  return [
    ...told,
    ...(await end(
      tx,
      dropped.map((task) => ({ task, outcome: 'cancelled' as const, cause })),
    )),
  ];
}

/** How one attempt is over while its task goes on. */
export interface Retry {
  readonly task: TaskState;
  readonly tried: 'expired' | 'released' | 'failed';
  readonly cause?: string;
  /** Wait before the next try, ms. */
  readonly afterMs?: number;
  /** Whether the attempt is not to count as one of the tries; its number is spent all the same, as a fence. */
  readonly isFree?: boolean;
}

/** Puts leased tasks back into the queue. */
export async function again(tx: Tx, retries: readonly Retry[]): Promise<void> {
  if (retries.length === 0) return;
  await tx.query(
    `with r as (select * from unnest($2::uuid[], $3::text[], $4::text[], $5::float8[], $6::int[]) as r(id, tried, cause, after_ms, more)),
     queued as (
       update task t set status = 'queued', run_at = now() + r.after_ms * interval '1 millisecond', max_attempts = t.max_attempts + r.more
       from r where t.org_id = $1 and t.id = r.id),
     gone as (
       delete from task_lease l using r where l.org_id = $1 and l.task_id = r.id
       returning l.task_id, l.attempt, l.worker, l.started_at, r.tried, r.cause)
     insert into task_attempt (org_id, task_id, attempt, worker, started_at, finished_at, outcome, cause)
     select $1, task_id, attempt, worker, started_at, now(), tried, cause from gone`,
    [
      tx.org,
      retries.map(({ task }) => task.id),
      retries.map(({ tried }) => tried),
      retries.map(({ cause }) => cause ?? null),
      retries.map(({ afterMs = 0 }) => afterMs),
      retries.map(({ isFree }) => (isFree ? 1 : 0)),
    ],
  );
}

export const queuedAgain = ({ project, environment, job_id: job, id: task, operator }: TaskState): Change =>
  change(taskQueued, { project, environment, job, task, operator });

/** Asks the workers of leased tasks to stop; they hear it with their next heartbeat. */
export async function askToStop(tx: Tx, tasks: readonly TaskState[], cause: string): Promise<Change[]> {
  if (tasks.length === 0) return [];
  await tx.query('update task set cancel_requested = true where org_id = $1 and id = any ($2)', [
    ...[tx.org, tasks.map(({ id }) => id)],
  ]);
  return tasks.map(({ project, environment, job_id: job, id: task, attempt }) =>
    change(taskCancelRequested, { project, environment, job, task, attempt, cause }),
  );
}
