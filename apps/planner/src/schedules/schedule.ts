import type { Schedule, ScheduleFire } from '@headgate/contracts';
import { Failure, type Tx } from '@headgate/kit';
import { Timetable } from './timetable.ts';

/** A schedule as its table has it. */
export interface ScheduleState {
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  readonly name: string;
  readonly cron: string | null;
  readonly zone: string;
  readonly on_ingest: boolean;
  readonly upstream: Schedule['upstream'];
  readonly select: string[];
  readonly exclude: string[];
  readonly data: Schedule['data'];
  readonly missed: Schedule['missed'];
  readonly concurrency: Schedule['concurrency'];
  readonly approval: boolean;
  readonly paused: boolean;
  readonly next_at: Date | null;
  readonly version: number;
  readonly created_by: string;
  readonly created_at: Date;
  readonly updated_by: string;
  readonly updated_at: Date;
}

/** A fire as its table has it, under the name of its schedule. */
export interface FireState {
  readonly id: string;
  readonly schedule_id: string;
  readonly schedule: string;
  readonly project: string;
  readonly environment: string;
  readonly trigger: ScheduleFire['trigger'];
  readonly cause: string;
  readonly planned_at: Date | null;
  readonly missed: number;
  readonly chain: string[];
  readonly status: ScheduleFire['status'];
  readonly reason: string | null;
  readonly correlation_id: string;
  readonly plan_id: string | null;
  readonly run_id: string | null;
  readonly attempts: number;
  readonly created_at: Date;
  /** For cursors: a Date has no microseconds. */
  readonly key_at: string;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
}

export interface Named {
  readonly project: string;
  readonly environment: string;
  readonly name: string;
}

export async function findSchedule(
  tx: Tx,
  { project, environment, name }: Named,
  lock: '' | 'for update' = '',
): Promise<ScheduleState> {
  const [row] = await tx.query<ScheduleState>(
    `select * from schedule where project = $1 and environment = $2 and name = $3 ${lock}`,
    [project, environment, name],
  );
  if (row) return row;
  throw new Failure('not-found', {
    detail: `${project}/${environment} has no schedule called ${name}`,
    where: '/name',
    hint: 'headgate schedules lists them',
  });
}

export const fireColumns = `f.*, f.created_at::text as key_at,
  (select s.name from schedule s where s.org_id = f.org_id and s.id = f.schedule_id) as schedule`;

/** The database's clock, which all replicas share. */
export async function now(tx: Tx): Promise<Date> {
  const [row] = await tx.query<{ now: Date }>('select now()');
  return row!.now;
}

/** Undefined for a schedule that no clock sets off. */
export const timetableOf = ({ cron, zone }: Pick<ScheduleState, 'cron' | 'zone'>): Timetable | undefined =>
  cron === null ? undefined : new Timetable(cron, zone);

export const shownSchedule = (row: ScheduleState, last?: FireState): Schedule => ({
  project: row.project,
  environment: row.environment,
  name: row.name,
  zone: row.zone,
  onIngest: row.on_ingest,
  upstream: row.upstream,
  select: row.select,
  exclude: row.exclude,
  data: row.data,
  missed: row.missed,
  concurrency: row.concurrency,
  approval: row.approval,
  paused: row.paused,
  version: row.version,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  updatedBy: row.updated_by,
  updatedAt: row.updated_at.toISOString(),
  ...(row.cron !== null && { cron: row.cron }),
  ...(row.next_at && { nextAt: row.next_at.toISOString() }),
  ...(last && { lastFire: shownFire(last) }),
});

export const shownFire = (row: FireState): ScheduleFire => ({
  project: row.project,
  environment: row.environment,
  schedule: row.schedule,
  id: row.id,
  trigger: row.trigger,
  cause: row.cause,
  status: row.status,
  missed: row.missed,
  correlation: row.correlation_id,
  createdAt: row.created_at.toISOString(),
  ...(row.reason && { reason: row.reason }),
  ...(row.planned_at && { plannedAt: row.planned_at.toISOString() }),
  ...(row.plan_id && { plan: row.plan_id }),
  ...(row.run_id && { run: row.run_id }),
  ...(row.started_at && { startedAt: row.started_at.toISOString() }),
  ...(row.ended_at && { endedAt: row.ended_at.toISOString() }),
});
