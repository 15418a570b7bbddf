import { Inject, Injectable } from '@nestjs/common';
import {
  taskQueued,
  type TasksCompleteInput,
  type TasksCompleteOutput,
  type TasksHeartbeatInput,
  type TasksHeartbeatOutput,
  type TasksReleaseInput,
  type TasksReleaseOutput,
} from '@headgate/contracts';
import { type Call, CONFIG, type Config, Database, Infra, mutate, type Tx } from '@headgate/kit';
import { Queue } from './queue.ts';
import { finish, leaseMsOf, lock, type TaskState } from './task-state.ts';

/** What workers say of the tasks they hold. Whoever no longer holds one is told so, and changes nothing. */
@Injectable()
export class Leases {
  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
    private readonly queue: Queue,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Extends what a worker still holds; an expired lease is not revived. */
  async heartbeat({ worker, held }: TasksHeartbeatInput): Promise<TasksHeartbeatOutput> {
    const extended = await this.infra.query<{ task_id: string }>(
      `update task_lease l set until = now() + $5 * interval '1 millisecond'
       from unnest($1::uuid[], $2::uuid[], $3::integer[]) as h(org_id, task_id, attempt)
       where l.org_id = h.org_id and l.task_id = h.task_id and l.attempt = h.attempt and l.worker = $4 and l.until > now()
       returning l.task_id`,
      [
        ...[held.map(({ org }) => org), held.map(({ task }) => task), held.map(({ attempt }) => attempt), worker],
        leaseMsOf(this.config),
      ],
    );
    const kept = new Set(extended.map(({ task_id }) => task_id));
    const cancelled = await this.infra.query<{ id: string }>(
      'select id from task where id = any ($1) and cancel_requested',
      [[...kept]],
    );
    return {
      lost: held.map(({ task }) => task).filter((task) => !kept.has(task)),
      cancel: cancelled.map(({ id }) => id),
    };
  }

  /** Commits an attempt's outcome, once: a late or repeated attempt is told what stands instead. */
  complete(input: TasksCompleteInput, call: Call): Promise<TasksCompleteOutput> {
    const { org, task: id, attempt, worker, outcome, result, cause } = input;
    return this.database.write({ ...call, org }, async (tx) => {
      const task = await lock(tx, id);
      if (!task || !isHeldBy(task, attempt, worker))
        return { committed: await stands(tx, input), status: task?.status ?? 'unknown' };
      await finish(tx, task, { outcome, result, cause });
      return { committed: true, status: outcome };
    });
  }

  /** Takes back what a worker that is being stopped cannot finish, for another one to begin at once. */
  async release({ worker, held }: TasksReleaseInput, call: Call): Promise<TasksReleaseOutput> {
    // First of all, or the question that it still has open would be answered with its own tasks.
    this.queue.dismiss(worker);
    const released: string[] = [];
    for (const { org, task, attempt } of held) {
      if (await this.giveBack({ ...call, org }, task, attempt, worker)) released.push(task);
    }
    return { released };
  }

  private giveBack(call: Call, id: string, attempt: number, worker: string): Promise<boolean> {
    return this.database.write(call, async (tx) => {
      const task = await lock(tx, id);
      if (!task || !isHeldBy(task, attempt, worker)) return false;
      if (task.cancel_requested) {
        await finish(tx, task, { outcome: 'cancelled', cause: 'cancelled while its worker was being stopped' });
        return true;
      }
      await tx.query('delete from task_lease where task_id = $1', [id]);
      await tx.query(
        `update task_attempt set finished_at = now(), outcome = 'released' where task_id = $1 and attempt = $2`,
        [id, attempt],
      );
      // The attempt's number is spent, as a fence, but not one of the tries: the task did nothing wrong.
      await tx.query(
        `update task set status = 'queued', run_at = now(), max_attempts = max_attempts + 1 where id = $1`,
        [id],
      );
      const { project, environment, job_id: job, operator } = task;
      await mutate(tx, taskQueued, { project, environment, job, task: id, operator });
      return true;
    });
  }
}

/** Whether a repeated report is what was committed; a reaped attempt that reports its failure late is not. */
async function stands(tx: Tx, { task, attempt, worker, outcome, result }: TasksCompleteInput): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from task t join task_attempt a on a.org_id = t.org_id and a.task_id = t.id and a.attempt = t.attempt
     where t.id = $1 and a.attempt = $2 and a.worker = $3 and a.outcome = $4 and t.status = $4 and t.result = $5`,
    [task, attempt, worker, outcome, JSON.stringify(result)],
  );
  return rows.length > 0;
}

const isHeldBy = (task: TaskState, attempt: number, worker: string): boolean =>
  task.status === 'leased' && task.attempt === attempt && task.worker === worker && !task.expired;
