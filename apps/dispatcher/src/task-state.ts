import { taskFinished } from '@headgate/contracts';
import { type Config, mutate, type Tx } from '@headgate/kit';

/** How long a worker that falls silent keeps its tasks; heartbeats come ten times as often. */
export const leaseMsOf = ({ dispatcher }: Config): number => dispatcher.leaseMs ?? 30_000;

/** A task as it stands, locked until the end of the transaction. */
export interface TaskState {
  readonly id: string;
  readonly job_id: string;
  readonly run_id: string;
  readonly project: string;
  readonly environment: string;
  readonly operator: string;
  readonly spec: Record<string, unknown>;
  readonly status: string;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly cancel_requested: boolean;
  readonly worker: string | null;
  /** Whether the lease has run out, by the database's clock. */
  readonly expired: boolean;
}

export async function lock(tx: Tx, id: string): Promise<TaskState | undefined> {
  const [locked] = await tx.query('select 1 from task where id = $1 for update', [id]);
  if (!locked) return undefined;
  // Read again under the lock: what the first statement saw may be from before another one's commit.
  const [task] = await tx.query<TaskState>(
    `select t.id, t.job_id, j.run_id, t.project, t.environment, t.operator, t.spec, t.status, t.attempt, t.max_attempts,
       t.cancel_requested, l.worker, coalesce(l.until <= clock_timestamp(), false) as expired
     from task t join job j on j.org_id = t.org_id and j.id = t.job_id left join task_lease l on l.org_id = t.org_id and l.task_id = t.id
     where t.id = $1`,
    [id],
  );
  return task;
}

/** A job ends with its last task. */
async function finishJob(tx: Tx, job: string): Promise<void> {
  await tx.query(
    `update job set finished_at = now() where id = $1 and not exists (
       select 1 from task where job_id = $1 and status in ('queued', 'leased'))`,
    [job],
  );
}

/** Ends a leased or queued task for good. */
export async function finish(
  tx: Tx,
  task: TaskState,
  end: { outcome: 'succeeded' | 'failed' | 'cancelled'; result?: Record<string, unknown>; cause?: string | undefined },
): Promise<void> {
  const { outcome, result = {}, cause } = end;
  await tx.query(`update task set status = $2, result = $3, cause = $4, finished_at = now() where id = $1`, [
    task.id,
    outcome,
    JSON.stringify(result),
    cause ?? null,
  ]);
  await tx.query(
    'update task_attempt set finished_at = now(), outcome = $3, cause = $4 where task_id = $1 and attempt = $2 and finished_at is null',
    [task.id, task.attempt, outcome, cause ?? null],
  );
  await tx.query('delete from task_lease where task_id = $1', [task.id]);
  await finishJob(tx, task.job_id);
  const { project, environment, job_id: job, id, attempt } = task;
  await mutate(tx, taskFinished, {
    project,
    environment,
    job,
    task: id,
    run: task.run_id,
    attempt,
    outcome,
    result,
    ...(cause && { cause }),
  });
}
