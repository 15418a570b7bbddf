import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { onTheClock } from '@headgate/contracts';
import { type Call, Database, Infra, LOG, mutateAll, Rounds, type Tx } from '@headgate/kit';
import type { Logger } from 'pino';
import { type Occasion, setOff } from './fires.ts';
import { FirePlans, holdSeconds, type Turn } from './fire-plans.ts';
import { type ScheduleState, timetableOf } from './schedule.ts';
import { strand } from './stranded.ts';

/** What another replica committed wakes nobody, and no commit tells that it is time. */
const pollMs = 1000;
/** Later than this a time counts as missed: an install that is being restarted or updated is not one that was down. */
const graceMs = 5 * 60_000;
/** Fires that are planned at once. */
const together = 4;

type Due = ScheduleState & { readonly now: Date };

/** Sets schedules off when their time has come, by the database's clock, and gives fires their turn. */
@Injectable()
export class Scheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
    private readonly plans: FirePlans,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.rounds = new Rounds(() => this.pass(), {
      everyMs: pollMs,
      failed: (error) => this.log.warn({ err: error.message }, 'schedules are looked at again'),
    });
  }

  onApplicationBootstrap(): void {
    this.database.committed.on('commit', () => this.rounds.due(0));
    this.rounds.due(0);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  private async pass(): Promise<void> {
    const due = await this.infra.query<{ org_id: string; id: string }>(
      'select org_id, id from schedule where next_at <= now() order by next_at limit 100',
    );
    for (const { org_id: org, id } of due) await this.fall(org, id);
    const stranded = await this.infra.query<{ org_id: string; id: string }>(
      `select org_id, id from schedule_fire where status = 'running' and held_until <= now() order by held_until limit 100`,
    );
    for (const { org_id: org, id } of stranded) await this.giveUp(org, id);
    await Promise.all(Array.from({ length: together }, () => this.takeTurns()));
  }

  /** One schedule that is due: whatever goes wrong with it keeps no other one waiting. */
  private async fall(org: string, id: string): Promise<void> {
    const call: Call = { org, actor: { kind: 'service', id: 'planner' }, requestId: `schedule ${id}` };
    await this.database
      .write(call, async (tx) => {
        const [schedule] = await tx.query<Due>(
          'select *, now() as now from schedule where id = $1 and next_at <= now() and not paused for update skip locked',
          [id],
        );
        if (schedule) await fallDue(tx, schedule);
      })
      .catch((error: Error) => this.log.warn({ err: error.message, schedule: id }, 'a schedule did not fire'));
  }

  private async giveUp(org: string, id: string): Promise<void> {
    const call: Call = { org, actor: { kind: 'service', id: 'planner' }, requestId: `fire ${id}` };
    await this.database
      .write(call, (tx) => strand(tx, id))
      .then((reason) => reason && this.log.warn({ fire: id, reason }, 'a fire was given up'))
      .catch((error: Error) => this.log.warn({ err: error.message, fire: id }, 'a fire keeps its turn'));
  }

  private async takeTurns(): Promise<void> {
    while (!this.rounds.isStopped) {
      const turn = await this.turn();
      if (!turn) return;
      await this.plans.plan(turn);
    }
  }

  /** The next fire whose environment is free, or whose planning nobody minds any more. */
  private async turn(): Promise<Turn | undefined> {
    try {
      const [turn] = await this.infra.query<Turn & Record<string, unknown>>(
        `update schedule_fire set status = 'planning', attempts = attempts + 1, started_at = coalesce(started_at, now()),
           held_until = now() + make_interval(secs => $1)
         where (org_id, id) = (select f.org_id, f.id from schedule_fire f
           where f.status = 'planning' and f.held_until <= now() or f.status = 'queued' and not exists (
             select 1 from schedule_fire o where o.org_id = f.org_id and o.project = f.project
               and o.environment = f.environment and o.status in ('planning', 'running'))
           order by f.created_at, f.id limit 1 for update skip locked)
         returning org_id, id, schedule_id, project, environment, cause, correlation_id, attempts`,
        [holdSeconds],
      );
      return turn;
    } catch (error) {
      // Two fires of one environment at once, and the index let one of them: the other one comes later.
      if ((error as { code?: unknown }).code === '23505') return undefined;
      throw error;
    }
  }
}

/** One fire for all the times that have come, or none; then the next time. */
async function fallDue(tx: Tx, schedule: Due): Promise<void> {
  const timetable = timetableOf(schedule);
  const first = schedule.next_at;
  if (!timetable || !first) return;
  const last = timetable.last(schedule.now);
  const planned = last && last > first ? last : first;
  const isLate = schedule.now.getTime() - planned.getTime() > graceMs;
  const missed = timetable.count(first, planned) - (isLate ? 0 : 1);
  const { told } = await setOff(tx, schedule, occasionOf(schedule, planned, { isLate, missed: Math.max(missed, 0) }));
  await tx.query('update schedule set next_at = $2 where id = $1', [schedule.id, timetable.next(schedule.now) ?? null]);
  await mutateAll(tx, told);
}

function occasionOf(
  { zone, missed: policy }: Due,
  plannedAt: Date,
  { isLate, missed }: { isLate: boolean; missed: number },
): Occasion {
  const times = missed === 1 ? 'a planned time' : `${missed} planned times`;
  return {
    ...{ key: plannedAt.toISOString(), trigger: 'cron', plannedAt, missed },
    because: `planned ${onTheClock(plannedAt, zone)}${isLate ? ', late' : ''}`,
    ...(isLate && policy === 'skip' && { skipped: `${times} passed while the install was down` }),
  };
}
