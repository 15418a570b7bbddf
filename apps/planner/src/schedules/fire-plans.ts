import { Inject, Injectable } from '@nestjs/common';
import { type Call, type Change, Database, Failure, LOG, mutateAll, Rounds, type Tx } from '@headgate/kit';
import type { Logger } from 'pino';
import { type Draft, Plans } from '../plans.ts';
import { runMinutes } from './fires.ts';
import type { FireState, ScheduleState } from './schedule.ts';

/** Attempts at a plan that something unknown went wrong with; the waits between them add up to some hour. */
const maxAttempts = 20;
const longestWaitSeconds = 300;
/** Whoever plans says so this often; who has been silent for so long has died, and another one begins again. */
const beatMs = 5000;
export const holdSeconds = 20;
/** Nobody plans for longer than this: what hangs is given up, too. */
const longestMs = 10 * 60_000;

/** A fire whose turn it is. */
export type Turn = Pick<
  FireState,
  'id' | 'schedule_id' | 'project' | 'environment' | 'cause' | 'correlation_id' | 'attempts'
> & { readonly org_id: string };

type Outcome = Pick<FireState, 'status'> & { readonly plan?: string; readonly reason?: string };

/** Makes the plan of a fire whose turn it is, and decides on it: both in one transaction, so that it happens once. */
@Injectable()
export class FirePlans {
  constructor(
    private readonly database: Database,
    private readonly plans: Plans,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  async plan(turn: Turn): Promise<void> {
    const call: Call = {
      org: turn.org_id,
      actor: { kind: 'service', id: 'planner' },
      requestId: `fire ${turn.id}`,
      correlationId: turn.correlation_id,
    };
    try {
      await this.holding(turn, call, () => this.planIn(turn, call));
    } catch (error) {
      await this.failed(turn, call, error as Error);
    }
  }

  private async planIn(turn: Turn, call: Call): Promise<void> {
    const schedule = await this.database.read(call, async (tx) => {
      const [row] = await tx.query<ScheduleState>('select * from schedule where id = $1', [turn.schedule_id]);
      return row;
    });
    if (!schedule) return;
    const { project, environment, data, select, exclude } = schedule;
    const draft = await this.plans.draft({ project, environment, data, select, exclude }, call);
    await this.database.write(call, async (tx) => {
      // Another replica may have been faster, or the schedule is gone.
      const [held] = await tx.query(`select 1 from schedule_fire where id = $1 and status = 'planning' for update`, [
        turn.id,
      ]);
      if (held) await this.decide(tx, turn, schedule, draft);
    });
  }

  /** Keeps the turn for as long as the work goes on; while it is being decided, the lock on its row does. */
  private async holding(turn: Turn, call: Call, work: () => Promise<void>): Promise<void> {
    const until = performance.now() + longestMs;
    const beats = new Rounds(() => this.beat(turn, call, until), {
      everyMs: beatMs,
      failed: (error) => this.log.warn({ err: error.message, fire: turn.id }, 'a turn was not held'),
    });
    beats.due(beatMs);
    await work().finally(() => beats.stop());
  }

  private async beat({ id, attempts }: Turn, call: Call, until: number): Promise<void> {
    if (performance.now() > until) return;
    await this.database.write(call, (tx) =>
      tx.query(
        `update schedule_fire set held_until = now() + make_interval(secs => $3)
         where id = $1 and status = 'planning' and attempts = $2`,
        [id, attempts, holdSeconds],
      ),
    );
  }

  private async decide(tx: Tx, turn: Turn, schedule: ScheduleState, draft: Draft): Promise<void> {
    if (!(await this.plans.isCurrent(tx, draft)))
      throw new Failure('conflict', { detail: 'the environment has run something since the plan was begun' });
    const { plan, told } = await this.plans.keep(tx, draft);
    const { outcome, more } = await this.decided(tx, turn, schedule, draft, plan);
    await ended(tx, turn, { ...outcome, plan });
    if (outcome.status === 'waiting') await supersede(tx, turn);
    await mutateAll(tx, [told, ...more]);
  }

  private async decided(
    tx: Tx,
    turn: Turn,
    { approval }: ScheduleState,
    { counts, revision }: Draft,
    plan: string,
  ): Promise<{ outcome: Outcome; more: Change[] }> {
    if (counts.run + counts.partial === 0) return { outcome: { status: 'nothing' }, more: [] };
    if (!revision) {
      const reason = 'this environment has artifacts alone; there are no project files to run';
      return { outcome: { status: 'refused', reason }, more: [] };
    }
    if (approval) return { outcome: { status: 'waiting' }, more: [] };
    return { outcome: { status: 'running' }, more: [await this.plans.allow(tx, plan, turn.cause)] };
  }

  /** What cannot be planned is refused, and why; what passes by itself is tried again. */
  private async failed(turn: Turn, call: Call, error: Error): Promise<void> {
    const code = error instanceof Failure ? error.code : undefined;
    const passes = code === 'unavailable' || code === 'timeout' || code === 'conflict';
    const isOver = !passes && ((code !== undefined && code !== 'internal') || turn.attempts >= maxAttempts);
    this.log[isOver ? 'info' : 'warn'](
      { err: error.message, fire: turn.id, attempts: turn.attempts },
      'fire not planned',
    );
    await this.database
      .write(call, async (tx) => {
        if (isOver) return ended(tx, turn, { status: 'refused', reason: error.message });
        const seconds = code === 'conflict' ? 0 : Math.min(longestWaitSeconds, 2 ** turn.attempts);
        await tx.query(
          `update schedule_fire set reason = $2, held_until = now() + make_interval(secs => $3) where id = $1 and status = 'planning'`,
          [turn.id, error.message, seconds],
        );
      })
      // Then the turn runs out, and is taken again.
      .catch((again: Error) => this.log.warn({ err: again.message, fire: turn.id }, 'a fire keeps its turn'));
  }
}

async function ended(tx: Tx, { id }: Turn, { status, plan, reason }: Outcome): Promise<void> {
  await tx.query(
    `update schedule_fire set status = $2, plan_id = $3, reason = $4,
       held_until = case when $2 = 'running' then now() + make_interval(mins => $5) end,
       ended_at = case when $2 in ('nothing', 'refused') then now() end where id = $1 and status = 'planning'`,
    [id, status, plan ?? null, reason ?? null, runMinutes],
  );
}

/** Of one schedule one plan waits: the newest says what there is to do. */
const supersede = (tx: Tx, { id, schedule_id }: Turn): Promise<unknown> =>
  tx.query(
    `update schedule_fire set status = 'superseded', reason = 'a newer plan of it waits', ended_at = now()
     where schedule_id = $1 and status = 'waiting' and id <> $2`,
    [schedule_id, id],
  );
