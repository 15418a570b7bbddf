import { type ScheduleFire, scheduleFired, scheduleSkipped } from '@headgate/contracts';
import { type Change, change, Failure, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { fireColumns, type FireState, type ScheduleState } from './schedule.ts';

/** Fires that are kept of a schedule, beside those that are not over. */
const kept = 500;

/** So long after its decision a plan that is no run yet keeps others waiting no more. */
export const runMinutes = 15;

/** What sets a schedule off. */
export interface Occasion {
  /** The same one sets a schedule off once. */
  readonly key: string;
  readonly trigger: ScheduleFire['trigger'];
  /** In words that go behind the schedule's name. */
  readonly because: string;
  readonly plannedAt?: Date;
  /** Planned times that passed while the install was down. */
  readonly missed?: number;
  /** Schedules whose runs led here, the first one first. */
  readonly chain?: readonly string[];
  /** Known beforehand to come to nothing, and why. */
  readonly skipped?: string;
}

interface Place {
  readonly project: string;
  readonly environment: string;
}

/** One at a time decides whose turn it is in an environment. Several are locked in the order of their names. */
export const lockTurn = (tx: Tx, { project, environment }: Place): Promise<unknown> =>
  tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`turn ${tx.org} ${project} ${environment}`]);

/**
 * Sets a schedule off, in the caller's transaction: a fire that waits for its turn, or one that is skipped. What it
 * changes is for the caller to tell; an occasion that it had before changes nothing.
 */
export async function setOff(
  tx: Tx,
  schedule: ScheduleState,
  occasion: Occasion,
): Promise<{ fire: FireState; told: Change[] }> {
  const { project, environment, name } = schedule;
  await lockTurn(tx, schedule);
  const [known] = await tx.query<FireState>(
    `select ${fireColumns} from schedule_fire f where schedule_id = $1 and occasion = $2`,
    [schedule.id, occasion.key],
  );
  if (known) return { fire: known, told: [] };
  const reason = occasion.skipped ?? (await reasonToSkip(tx, schedule, occasion));
  const id = uuidv7();
  const cause = `schedule ${name}, ${occasion.because}`;
  const correlationId = tx.call.correlationId ?? id;
  const [fire] = await tx.query<FireState>(
    `insert into schedule_fire as f (org_id, id, schedule_id, project, environment, occasion, trigger, cause, planned_at, missed,
       chain, status, reason, correlation_id, ended_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, case when $12 = 'skipped' then now() end)
     returning ${fireColumns}`,
    [
      ...[tx.org, id, schedule.id, project, environment, occasion.key, occasion.trigger, cause],
      ...[occasion.plannedAt ?? null, occasion.missed ?? 0, occasion.chain ?? []],
      ...[reason === undefined ? 'queued' : 'skipped', reason ?? null, correlationId],
    ],
  );
  await prune(tx, schedule.id);
  const data = {
    ...{ project, environment, schedule: name, fire: id, trigger: occasion.trigger, cause },
    ...(occasion.plannedAt && { plannedAt: occasion.plannedAt.toISOString() }),
    ...(occasion.missed && { missed: occasion.missed }),
  };
  const told =
    reason === undefined
      ? change(scheduleFired, data, { correlationId })
      : change(scheduleSkipped, { ...data, reason }, { correlationId });
  return { fire: fire!, told: [told] };
}

async function reasonToSkip(tx: Tx, schedule: ScheduleState, { chain = [] }: Occasion): Promise<string | undefined> {
  if (chain.includes(schedule.id)) return 'its own run led here: it would set itself off without end';
  const [other] = await tx.query<{ schedule: string; is_own: boolean }>(
    `select ${fireColumns}, f.schedule_id = $1 and f.status = 'queued' as is_own from schedule_fire f
     where project = $2 and environment = $3 and status in ('queued', 'planning', 'running') order by is_own desc, f.created_at limit 1`,
    [schedule.id, schedule.project, schedule.environment],
  );
  if (!other) return undefined;
  if (schedule.concurrency === 'skip') return `the environment is busy with schedule ${other.schedule}`;
  return other.is_own ? 'another fire of it waits for its turn already' : undefined;
}

const prune = (tx: Tx, schedule: string): Promise<unknown> =>
  tx.query(
    `delete from schedule_fire where schedule_id = $1 and ended_at is not null and created_at <
       (select created_at from schedule_fire where schedule_id = $1 order by created_at desc offset ${kept} limit 1)`,
    [schedule],
  );

/** Somebody confirms the plan that a fire waits for. Answers the fire's cause; undefined when the plan is nobody's. */
export async function confirmFire(tx: Tx, plan: string): Promise<string | undefined> {
  const [fire] = await tx.query<FireState>(
    `select ${fireColumns} from schedule_fire f where plan_id = $1 and status = 'waiting' for update`,
    [plan],
  );
  if (!fire) return undefined;
  await lockTurn(tx, fire);
  const [busy] = await tx.query<FireState>(
    `select ${fireColumns} from schedule_fire f where project = $1 and environment = $2 and status in ('planning', 'running')`,
    [fire.project, fire.environment],
  );
  if (busy)
    throw new Failure('conflict', {
      detail: `schedule ${busy.schedule} is under way in ${fire.project}/${fire.environment}`,
      hint: 'confirm the plan when that has ended',
    });
  await tx.query(
    `update schedule_fire set status = 'running', held_until = now() + make_interval(mins => $2) where id = $1`,
    [fire.id, runMinutes],
  );
  return fire.cause;
}

/** A fire's plan has become a run, maybe after it was given up: then its mark stays. */
export const fireRuns = (tx: Tx, plan: string, run: string): Promise<unknown> =>
  tx.query(
    `update schedule_fire set run_id = $2, held_until = case when status <> 'running' then held_until end
     where plan_id = $1 and run_id is null`,
    [plan, run],
  );

/** Its run has ended. Answers the fire whose plan was run, the first time and later ones. */
export async function fireEnded(
  tx: Tx,
  plan: string,
  { run, outcome, reason }: { run: string; outcome: 'succeeded' | 'failed' | 'cancelled'; reason?: string },
): Promise<FireState | undefined> {
  await tx.query(
    `update schedule_fire set status = $2, run_id = $3, reason = $4, ended_at = now(), held_until = null
     where plan_id = $1 and (status = 'running' or status = 'failed' and held_until is not null)`,
    [plan, outcome, run, reason ?? null],
  );
  const [fire] = await tx.query<FireState>(`select ${fireColumns} from schedule_fire f where plan_id = $1`, [plan]);
  return fire;
}
