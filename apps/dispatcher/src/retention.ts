import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { jobRemoved } from '@headgate/contracts';
import {
  type Call,
  change,
  CONFIG,
  type Config,
  Database,
  idBefore,
  Infra,
  LOG,
  mutateLast,
  Rounds,
} from '@headgate/kit';
import type { Logger } from 'pino';
import { keepDaysOf } from './pace.ts';

/** Jobs removed by one transaction. */
const most = 200;
const dayMs = 86_400_000;

/**
 * Ended for so long, with nothing left to decide. Ids begin with their time, so what is younger is not even looked at;
 * an ended job changes no more, and one that somebody locks after all is left for the next time.
 */
const remove = `
  with old as materialized (
    select id from job j where org_id = $1 and id < $2 and finished_at < now() - $3 * interval '1 millisecond'
      and not exists (select 1 from task t where t.org_id = $1 and t.job_id = j.id and t.dead_state = 'open')
    order by id limit ${most} for update skip locked),
  tasks as materialized (
    select t.id from old cross join lateral (select id from task where org_id = $1 and job_id = old.id offset 0) t),
  jobs_gone as (delete from job where org_id = $1 and id = any (array(select id from old)) returning id),
  tasks_gone as (delete from task where org_id = $1 and id = any (array(select id from tasks)) returning id),
  attempts_gone as (delete from task_attempt where org_id = $1 and task_id = any (array(select id from tasks))),
  inputs_gone as (delete from task_input where org_id = $1 and task_id = any (array(select id from tasks))),
  waits_gone as (delete from task_dependency where org_id = $1 and task_id = any (array(select id from tasks)))
  select (select count(*)::int from jobs_gone) as jobs, (select count(*)::int from tasks_gone) as tasks`;

class Nothing extends Error {}

/** Removes jobs some time after they have ended. What is open, leased, or waits for a decision is never touched. */
@Injectable()
export class Retention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) log: Logger,
  ) {
    this.rounds = new Rounds(() => this.sweep(), {
      everyMs: Math.min(60_000, Math.max(1000, (keepDaysOf(config) * dayMs) / 100)),
      failed: (error) => log.warn({ err: error.message }, 'ended jobs not removed'),
    });
  }

  onApplicationBootstrap(): void {
    this.rounds.due(1000);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  private async sweep(): Promise<void> {
    for (const org of await this.infra.organizationsIn('job'))
      while (!this.rounds.isStopped && (await this.removeFrom(org)) === most);
  }

  /** Answers how many jobs. */
  private async removeFrom(org: string): Promise<number> {
    const call: Call = { org, actor: { kind: 'service', id: 'dispatcher' }, requestId: 'retention' };
    const days = keepDaysOf(this.config);
    try {
      return await this.database.write(call, async (tx) => {
        const before = idBefore(Date.now() - days * dayMs);
        const [gone] = await tx.prepared<{ jobs: number; tasks: number }>(remove, [tx.org, before, days * dayMs]);
        const { jobs, tasks } = gone!;
        // The database wants a leaf of all who so much as tried to change something, so it is taken back.
        if (jobs === 0) throw new Nothing();
        await mutateLast(tx, [change(jobRemoved, { jobs, tasks, days })]);
        return jobs;
      });
    } catch (error) {
      if (error instanceof Nothing) return 0;
      throw error;
    }
  }
}
