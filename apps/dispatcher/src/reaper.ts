import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { taskExpired } from '@headgate/contracts';
import { type Call, Database, Infra, LOG, mutate } from '@headgate/kit';
import type { Logger } from 'pino';
import { finish, lock } from './task-state.ts';

const everyMs = 1000;

/** Takes tasks away from workers that fell silent: by their lease, never by how long they have been running. */
@Injectable()
export class Reaper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<unknown> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => {
      this.sweeping = this.sweep()
        .catch((error: Error) => this.log.warn({ err: error.message }, 'leases not swept'))
        .then(() => this.isStopped || this.onApplicationBootstrap());
    }, everyMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  private async sweep(): Promise<void> {
    const late = await this.infra.query<{ org_id: string; task_id: string }>(
      'select org_id, task_id from task_lease where until <= now() limit 100',
    );
    for (const { org_id, task_id } of late) await this.expire(org_id, task_id);
  }

  private async expire(org: string, id: string): Promise<void> {
    const call: Call = { org, actor: { kind: 'service', id: 'dispatcher' }, requestId: `lease ${id}` };
    await this.database.write(call, async (tx) => {
      const task = await lock(tx, id);
      // It may have been completed, or extended, since it was found.
      if (task?.status !== 'leased' || !task.expired) return;
      const { project, environment, job_id: job, attempt } = task;
      const again = attempt < task.max_attempts && !task.cancel_requested;
      const cause = `the worker ${task.worker} fell silent`;
      await tx.query('delete from task_lease where task_id = $1', [id]);
      await tx.query(
        `update task_attempt set finished_at = now(), outcome = 'expired', cause = $3 where task_id = $1 and attempt = $2`,
        [id, attempt, cause],
      );
      if (again) await tx.query(`update task set status = 'queued', run_at = now() where id = $1`, [id]);
      await mutate(tx, taskExpired, { project, environment, job, task: id, attempt, again });
      if (again) return;
      const outcome = task.cancel_requested ? 'cancelled' : 'failed';
      await finish(tx, task, { outcome, cause: `${cause} in attempt ${attempt} of ${task.max_attempts}` });
    });
  }
}
