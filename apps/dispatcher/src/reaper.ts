import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { taskExpired } from '@headgate/contracts';
import { type Call, change, Database, Infra, LOG, mutateLast, Rounds, type Tx } from '@headgate/kit';
import type { Logger } from 'pino';
import { grouped } from './coalescer.ts';
import { again, askToStop, end, type End } from './ends.ts';
import { lock, type TaskState } from './task-state.ts';

const everyMs = 1000;
const most = 500;

interface Found {
  readonly org_id: string;
  readonly id: string;
}

/** Takes tasks away from workers that fell silent, by their lease and never by how long they run; minds deadlines. */
@Injectable()
export class Reaper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds = new Rounds(() => this.sweep(), {
    everyMs,
    failed: (error) => this.log.warn({ err: error.message }, 'leases not swept'),
  });

  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.due(everyMs);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  private async sweep(): Promise<void> {
    const silent = `select org_id, task_id as id from task_lease where until <= now() order by until limit ${most}`;
    await this.each(silent, expire);
    const late = `select org_id, id from task where deadline <= now() and not cancel_requested order by deadline limit ${most}`;
    await this.each(late, overdue);
  }

  private async each(sql: string, work: (tx: Tx, tasks: TaskState[]) => Promise<void>): Promise<void> {
    for (const [org, found] of grouped(await this.infra.query<Found & Record<string, unknown>>(sql), (f) => f.org_id)) {
      const call: Call = { org, actor: { kind: 'service', id: 'dispatcher' }, requestId: 'reaper' };
      await this.database.write(call, async (tx) => {
        await work(tx, [
          ...(
            await lock(
              tx,
              found.map(({ id }) => id),
            )
          ).values(),
        ]);
      });
    }
  }
}

async function expire(tx: Tx, found: TaskState[]): Promise<void> {
  // One may have been completed, or extended, since it was found.
  const tasks = found.filter(({ status, expired }) => status === 'leased' && expired);
  const isAgain = (task: TaskState) => task.attempt < task.max_attempts && !task.cancel_requested;
  const silence = (task: TaskState) => `the worker ${task.worker} fell silent`;
  const told = tasks.map((task) => {
    const { project, environment, job_id: job, id, attempt } = task;
    return change(taskExpired, { project, environment, job, task: id, attempt, again: isAgain(task) });
  });
  const back = tasks.filter(isAgain);
  await again(
    tx,
    back.map((task) => ({ task, tried: 'expired' as const, cause: silence(task) })),
  );
  const over = tasks
    .filter((task) => !isAgain(task))
    .map((task): End => ({
      task,
      outcome: task.cancel_requested ? 'cancelled' : 'failed',
      cause: `${silence(task)} in attempt ${task.attempt} of ${task.max_attempts}`,
      tried: 'expired',
      isDead: !task.cancel_requested,
    }));
  told.push(...(await end(tx, over)));
  await mutateLast(tx, told);
}

/** What has not begun ends; what runs is told by its worker's next heartbeat. */
async function overdue(tx: Tx, tasks: TaskState[]): Promise<void> {
  const waiting = tasks.filter(({ status }) => status === 'queued' || status === 'blocked');
  const running = tasks.filter(({ status }) => status === 'leased');
  const cause = 'its deadline passed before it could start';
  const told = await end(
    tx,
    waiting.map((task) => ({ task, outcome: 'failed' as const, cause })),
  );
  await mutateLast(tx, [...told, ...(await askToStop(tx, running, 'its deadline passed'))]);
}
