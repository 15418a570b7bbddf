import { Injectable } from '@nestjs/common';
import {
  type DeadLetter,
  type DeadLetterHistory,
  type DeadLettersDiscardInput,
  type DeadLettersListInput,
  type DeadLettersListOutput,
  type DeadLettersReplayOutput,
  taskDiscarded,
  taskReplayed,
} from '@headgate/contracts';
import { type Call, Database, Failure, keyOf, mutate, pageOf, type Tx, newId } from '@headgate/kit';
import { inputsOf } from './inputs.ts';
import { write } from './new-job.ts';

interface Row {
  readonly id: string;
  readonly job_id: string;
  readonly run_id: string;
  readonly origin: string;
  readonly project: string;
  readonly environment: string;
  readonly name: string;
  readonly operator: string;
  readonly spec: Record<string, unknown>;
  readonly concurrency_key: string | null;
  readonly rate_key: string | null;
  readonly priority: number;
  readonly max_attempts: number;
  readonly backoff_ms: number;
  readonly attempt: number;
  readonly cause: string | null;
  readonly dead_at: Date;
  readonly key_at: string;
  readonly dead_state: DeadLetter['state'];
  readonly discard_reason: string | null;
  readonly correlation_id: string | null;
}

const letters = `select t.*, t.dead_at::text as key_at, j.run_id, j.correlation_id, coalesce(j.origin_id, j.id) as origin
  from task t join job j on j.org_id = t.org_id and j.id = t.job_id where t.dead_at is not null`;

/** Tasks that failed in every attempt they had: looked at, tried again or given up. */
@Injectable()
export class DeadLetters {
  constructor(private readonly database: Database) {}

  list({ project, environment, cursor, limit = 50 }: DeadLettersListInput, call: Call): Promise<DeadLettersListOutput> {
    return this.database.read(call, async (tx) => {
      const [at, id] = keyOf(cursor, 2) ?? [];
      const rows = await tx.query<Row>(
        `${letters} and t.project = $1 and t.environment = $2 and ($3::timestamptz is null or (t.dead_at, t.id) < ($3, $4::uuid))
         order by t.dead_at desc, t.id desc limit $5`,
        [project, environment, at ?? null, id ?? null, limit + 1],
      );
      return pageOf(rows, limit, (row) => [row.key_at, row.id], shown);
    });
  }

  get(task: string, call: Call): Promise<DeadLetterHistory> {
    return this.database.read(call, async (tx) => {
      const row = await find(tx, task);
      const history = await tx.query<Attempt>('select * from task_attempt where task_id = $1 order by attempt', [task]);
      return { ...shown(row), spec: row.spec, history: history.map(attemptOf) };
    });
  }

  /** The same work as a new job under the same origin. What waited for it was cancelled, and is not asked for again. */
  replay(task: string, call: Call): Promise<DeadLettersReplayOutput> {
    return this.database.write(call, async (tx) => {
      const row = await find(tx, task, 'for update of t');
      const key = `replay of ${task}`;
      const [known] = await tx.query<{ id: string }>('select id from job where idempotency_key = $1', [key]);
      if (known) return { job: known.id };
      refuseUnlessOpen(row);
      if (row.run_id !== row.job_id)
        throw new Failure('conflict', {
          ...{ detail: `task ${task} belongs to the run ${row.run_id}, which has ended`, where: '/task' },
          hint: `go on with it: headgate run resume ${row.run_id}`,
        });
      const job = await copy(tx, row, key);
      await tx.query(`update task set dead_state = 'replayed' where id = $1`, [task]);
      const { project, environment, job_id } = row;
      await mutate(tx, taskReplayed, { project, environment, job: job_id, task, replay: job });
      return { job };
    });
  }

  discard({ task, reason }: DeadLettersDiscardInput, call: Call): Promise<DeadLetter> {
    return this.database.write(call, async (tx) => {
      const row = await find(tx, task, 'for update of t');
      refuseUnlessOpen(row);
      await tx.query(`update task set dead_state = 'discarded', discard_reason = $2 where id = $1`, [task, reason]);
      const { project, environment, job_id: job } = row;
      await mutate(tx, taskDiscarded, { project, environment, job, task, reason });
      return shown({ ...row, dead_state: 'discarded', discard_reason: reason });
    });
  }
}

async function find(tx: Tx, task: string, locking = ''): Promise<Row> {
  const [row] = await tx.query<Row>(`${letters} and t.id = $1 ${locking}`, [task]);
  if (row) return row;
  throw new Failure('not-found', { detail: `there is no dead letter ${task}`, where: '/task' });
}

function refuseUnlessOpen({ id, dead_state }: Row): void {
  if (dead_state !== 'open')
    throw new Failure('conflict', { detail: `dead letter ${id} is ${dead_state} already`, where: '/task' });
}

async function copy(tx: Tx, row: Row, key: string): Promise<string> {
  const { project, environment, name, operator, spec, concurrency_key, rate_key, priority, origin } = row;
  const id = newId();
  const task = { name, operator, spec, priority, maxAttempts: row.max_attempts, backoffMs: row.backoff_ms };
  const keys = {
    ...(concurrency_key !== null && { concurrencyKey: concurrency_key }),
    ...(rate_key !== null && { rateKey: rate_key }),
  };
  const inputs = await inputsOf(tx, row.id);
  const tasks = [{ ...task, ...keys, inputs }];
  await write(tx, [
    { id, run: id, project, environment, key, tasks, originId: origin, correlationId: row.correlation_id },
  ]);
  return id;
}

function shown(row: Row): DeadLetter {
  const { project, environment, id: task, job_id: job, origin, name, operator, attempt: attempts } = row;
  return {
    ...{ project, environment, task, job, origin, name, operator, attempts },
    deadAt: row.dead_at.toISOString(),
    state: row.dead_state,
    ...(row.cause && { cause: row.cause }),
    ...(row.discard_reason && { reason: row.discard_reason }),
  };
}

interface Attempt {
  readonly attempt: number;
  readonly worker: string;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly outcome: string | null;
  readonly cause: string | null;
}

const attemptOf = ({ attempt, worker, started_at, finished_at, outcome, cause }: Attempt) => ({
  attempt,
  worker,
  startedAt: started_at.toISOString(),
  ...(finished_at && { finishedAt: finished_at.toISOString() }),
  ...(outcome && { outcome }),
  ...(cause && { cause }),
});
