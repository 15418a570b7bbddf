import { taskCancelRequested, taskFinished, taskQueued } from '@headgate/contracts';
import { type Change, change, type Tx } from '@headgate/kit';
import { grouped } from './coalescer.ts';
import { type Ready, reserve } from './slots.ts';
import { byKey, byPlace, leavesWork, lock, type TaskState } from './task-state.ts';

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

/** What was locked is there, so a row that is missed is a bug: dividing by nothing takes the transaction back. */
const finish = `
  with ended as (
    update task t set status = e.outcome, result = e.result, cause = e.cause, finished_at = now(), deadline = null,
      dead_at = case when e.dead then now() end, dead_state = case when e.dead then 'open' end
    from unnest($2::tid[], $3::text[], $4::jsonb[], $5::text[], $6::bool[]) as e (place, outcome, result, cause, dead)
    where t.org_id = $1 and t.ctid = e.place returning t.id),
  closed as (
    update job j set open_tasks = j.open_tasks - c.n, finished_at = case when j.open_tasks <= c.n then now() end
    from unnest($7::tid[], $8::int[]) as c (place, n) where j.org_id = $1 and j.ctid = c.place returning j.id)
  select 1 / ((select count(*) from ended) = cardinality($2) and (select count(*) from closed) = cardinality($7))::int`;

/** Ends tasks, and with the last one its job; what waited for them is queued, or ends too. Answers what to tell. */
export async function end(tx: Tx, ends: readonly End[]): Promise<Change[]> {
  if (ends.length === 0) return [];
  await free(
    tx,
    ends.map(({ task, outcome, tried = outcome, cause }) => ({ task, tried, cause })),
  );
  const offered = ends.filter(({ task }) => task.status === 'queued').map(({ task }) => task.id);
  if (offered.length > 0)
    await tx.send('delete from task_offer where org_id = $1 and task_id = any ($2)', [tx.org, offered]);
  const jobs = grouped(ends, ({ task }) => task.job_place);
  await byPlace(tx);
  await tx.send(finish, [
    tx.org,
    ends.map(({ task }) => task.place),
    ends.map(({ outcome }) => outcome),
    ends.map(({ result = {} }) => JSON.stringify(result)),
    ends.map(({ cause }) => cause ?? null),
    ends.map(({ isDead = false }) => isDead),
    [...jobs.keys()],
    [...jobs.values()].map(({ length }) => length),
  ]);
  await byKey(tx);
  const told = ends.map(finished);
  const awaited = ends.filter(({ task }) => task.is_awaited);
  if (awaited.length > 0) told.push(...(await follow(tx, awaited)));
  return told;
}

interface Tried {
  readonly task: TaskState;
  readonly tried: string;
  readonly cause?: string | undefined;
}

/** Takes leases back, and keeps what became of their attempts. */
async function free(tx: Tx, all: readonly Tried[]): Promise<void> {
  const held = all.filter(({ task }) => task.worker !== null);
  if (held.length === 0) return;
  if (held.some(({ task }) => task.concurrency_key !== null)) tx.told.add(leavesWork);
  await tx.send(
    `with gone as (delete from task_lease where org_id = $1 and task_id = any ($2))
     insert into task_attempt (org_id, task_id, attempt, worker, started_at, finished_at, outcome, cause)
     select $1, task, attempt, worker, started, now(), tried, cause
     from unnest($2::uuid[], $3::int[], $4::text[], $5::timestamptz[], $6::text[], $7::text[])
       as held (task, attempt, worker, started, tried, cause)`,
    [
      ...[tx.org, held.map(({ task }) => task.id), held.map(({ task }) => task.attempt)],
      ...[held.map(({ task }) => task.worker), held.map(({ task }) => task.started_at)],
      ...[held.map(({ tried }) => tried), held.map(({ cause }) => cause ?? null)],
    ],
  );
}

/** An end as far as there is something to tell of it. */
export interface Told extends Pick<End, 'outcome' | 'result' | 'cause'> {
  readonly task: Pick<TaskState, 'id' | 'job_id' | 'run_id' | 'correlation_id' | 'project' | 'environment' | 'attempt'>;
}

export function finished({ task, outcome, result = {}, cause }: Told): Change {
  const { project, environment, job_id: job, id, run_id: run, attempt, correlation_id } = task;
  const data = { project, environment, job, task: id, run, attempt, outcome, result, ...(cause && { cause }) };
  return change(taskFinished, data, correlation_id ? { correlationId: correlation_id } : {});
}

interface Freed extends Ready {
  readonly job: string;
  readonly project: string;
  readonly environment: string;
  readonly operator: string;
}

/** Tasks that waited: queued when all they waited for succeeded; cancelled, with all behind them, when one did not. */
export async function follow(
  tx: Tx,
  ends: readonly { readonly task: { readonly id: string }; readonly outcome: Outcome }[],
): Promise<Change[]> {
  const ids = (won: boolean) =>
    ends.filter(({ outcome }) => (outcome === 'succeeded') === won).map(({ task }) => task.id);
  const free = await tx.query<Freed>(
    `with freed as (
       select task_id, count(*)::int as n from task_dependency where org_id = $1 and after_id = any ($2) group by task_id)
     , counted as (
       update task t set waits_for = t.waits_for - f.n, run_at = now(),
         status = case when t.status = 'blocked' and t.waits_for <= f.n then 'queued' else t.status end
       from freed f where t.org_id = $1 and t.id = f.task_id
       returning t.*),
     offered as (
       insert into task_offer select org_id, id, operator, priority, run_at, concurrency_key, rate_key from counted where status = 'queued')
     select id, rate_key, job_id as job, project, environment, operator from counted where status = 'queued'`,
    [tx.org, ids(true)],
  );
  if (free.length > 0) tx.told.add(leavesWork);
  await reserve(tx, free);
  const told = free.map(({ id: task, job, project, environment, operator }) =>
    change(taskQueued, { job, project, environment, operator, task }),
  );
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

const requeue = `
  with queued as (
    update task t set status = 'queued', run_at = now() + r.after_ms * interval '1 millisecond', max_attempts = t.max_attempts + r.more
    from unnest($2::tid[], $3::float8[], $4::int[]) as r (place, after_ms, more) where t.org_id = $1 and t.ctid = r.place returning t.*),
  offered as (insert into task_offer select org_id, id, operator, priority, run_at, concurrency_key, rate_key from queued)
  select 1 / (count(*) = cardinality($2))::int from queued`;

/** Puts leased tasks back into the queue. */
export async function again(tx: Tx, retries: readonly Retry[]): Promise<void> {
  if (retries.length === 0) return;
  tx.told.add(leavesWork);
  await free(tx, retries);
  await byPlace(tx);
  await tx.send(requeue, [
    tx.org,
    retries.map(({ task }) => task.place),
    retries.map(({ afterMs = 0 }) => afterMs),
    retries.map(({ isFree }) => (isFree ? 1 : 0)),
  ]);
  await byKey(tx);
  await reserve(
    tx,
    retries.flatMap(({ task, afterMs = 0 }) => (afterMs === 0 ? task : [])),
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
