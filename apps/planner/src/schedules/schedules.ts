import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type Empty,
  type Schedule,
  scheduleChanged,
  scheduleCreated,
  type ScheduleFire,
  scheduleRemoved,
  type SchedulesCreateInput,
  type SchedulesEditInput,
  type SchedulesFireInput,
  type SchedulesFiresInput,
  type SchedulesFiresOutput,
  type SchedulesListInput,
  type SchedulesListOutput,
  type SchedulesNextInput,
  type SchedulesNextOutput,
} from '@headgate/contracts';
import { type Call, Database, Failure, keyOf, mutate, mutateAll, pageOf, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { setOff } from './fires.ts';
import {
  fireColumns,
  type FireState,
  findSchedule,
  type Named,
  now,
  type ScheduleState,
  shownFire,
  shownSchedule,
  timetableOf,
} from './schedule.ts';
import { SchedulePlaces } from './schedule-places.ts';
import { changes, type Wanted, wantedOf, wantedOfRow } from './wanted.ts';

/** What an environment is set off by, as people say it. */
@Injectable()
export class Schedules {
  constructor(
    private readonly database: Database,
    private readonly places: SchedulePlaces,
  ) {}

  list({ project, environment, cursor, limit = 50 }: SchedulesListInput, call: Call): Promise<SchedulesListOutput> {
    return this.database.read(call, async (tx) => {
      const [after] = keyOf(cursor, 1) ?? [''];
      const rows = await tx.query<ScheduleState>(
        'select * from schedule where project = $1 and environment = $2 and name > $3 order by name limit $4',
        [project, environment, after, limit + 1],
      );
      const last = await lastFires(tx, rows);
      return pageOf(
        rows,
        limit,
        ({ name }) => [name],
        (row) => shownSchedule(row, last.get(row.id)),
      );
    });
  }

  get(at: Named, call: Call): Promise<Schedule> {
    return this.database.read(call, async (tx) => shownWithLast(tx, await findSchedule(tx, at)));
  }

  async create({ paused = false, ...input }: SchedulesCreateInput, call: Call): Promise<Schedule> {
    const { project, environment, name } = input;
    const wanted = wantedOf(input);
    timetableOf(wanted);
    await this.places.refuseUnknown(input, wanted.upstream, call);
    return this.database.write(call, async (tx) => {
      const [row] = await tx.query<ScheduleState>(
        `insert into schedule (org_id, id, project, environment, name, cron, zone, on_ingest, upstream, "select", exclude, data,
           missed, concurrency, approval, paused, next_at, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)
         on conflict (org_id, project, environment, name) do nothing returning *`,
        [
          ...[tx.org, uuidv7(), project, environment, name, ...columnsOf(wanted)],
          ...[paused, paused ? null : await nextOf(tx, wanted), call.actor.id],
        ],
      );
      if (!row)
        throw new Failure('conflict', {
          detail: `${project}/${environment} has a schedule called ${name} already`,
          where: '/name',
          hint: `headgate schedules edit ${name} changes it`,
        });
      await this.places.refuseLoop(tx, row);
      await mutate(tx, scheduleCreated, { project, environment, schedule: name }, { diff: changes(undefined, wanted) });
      return shownSchedule(row);
    });
  }

  async edit({ version, ...input }: SchedulesEditInput, call: Call): Promise<Schedule> {
    const { project, environment, name } = input;
    const wanted = wantedOf(input);
    timetableOf(wanted);
    await this.database.read(call, (tx) => findSchedule(tx, input));
    await this.places.refuseUnknown(input, wanted.upstream, call);
    return this.database.write(call, async (tx) => {
      const before = await findSchedule(tx, input, 'for update');
      if (version !== undefined && version !== before.version)
        throw new Failure('conflict', {
          detail: `schedule ${name} was changed by ${before.updated_by} since it was read (version ${before.version})`,
          where: '/version',
          hint: 'read it again, then edit that',
        });
      const diff = changes(wantedOfRow(before), wanted);
      if (Object.keys(diff).length === 0) return shownWithLast(tx, before);
      const isOnTime = before.paused || !('cron' in diff || 'zone' in diff);
      const next = isOnTime ? before.next_at : await nextOf(tx, wanted);
      const [row] = await tx.query<ScheduleState>(
        `update schedule set cron = $2, zone = $3, on_ingest = $4, upstream = $5, "select" = $6, exclude = $7, data = $8,
           missed = $9, concurrency = $10, approval = $11, next_at = $12, updated_by = $13, updated_at = now(), version = version + 1
         where id = $1 returning *`,
        [before.id, ...columnsOf(wanted), next, call.actor.id],
      );
      await this.places.refuseLoop(tx, row!);
      await mutate(tx, scheduleChanged, { project, environment, schedule: name }, { diff });
      return shownWithLast(tx, row!);
    });
  }

  /** It begins again from now: what was planned while it rested is not made up for. */
  rest(at: Named, paused: boolean, call: Call): Promise<Schedule> {
    return this.database.write(call, async (tx) => {
      const before = await findSchedule(tx, at, 'for update');
      if (before.paused === paused) return shownWithLast(tx, before);
      const [row] = await tx.query<ScheduleState>(
        `update schedule set paused = $2, next_at = $3, updated_by = $4, updated_at = now(), version = version + 1
         where id = $1 returning *`,
        [before.id, paused, paused ? null : await nextOf(tx, before), call.actor.id],
      );
      if (paused) await skipQueued(tx, before.id);
      const { project, environment, name: schedule } = at;
      await mutate(tx, scheduleChanged, { project, environment, schedule }, { diff: { paused: [!paused, paused] } });
      return shownWithLast(tx, row!);
    });
  }

  remove(at: Named, call: Call): Promise<Empty> {
    return this.database.write(call, async (tx) => {
      const { id, project, environment, name: schedule } = await findSchedule(tx, at, 'for update');
      await tx.query('delete from schedule_fire where schedule_id = $1', [id]);
      await tx.query('delete from schedule where id = $1', [id]);
      await mutate(tx, scheduleRemoved, { project, environment, schedule });
      return {};
    });
  }

  fire({ key = randomUUID(), ...at }: SchedulesFireInput, call: Call): Promise<ScheduleFire> {
    return this.database.write(call, async (tx) => {
      const schedule = await findSchedule(tx, at, 'for update');
      const { kind, id } = call.actor;
      const trigger = kind === 'person' ? 'manual' : 'api';
      const { fire, told } = await setOff(tx, schedule, { key: `asked ${key}`, trigger, because: `fired by ${id}` });
      await mutateAll(tx, told);
      return shownFire(fire);
    });
  }

  fires({ cursor, limit = 50, ...at }: SchedulesFiresInput, call: Call): Promise<SchedulesFiresOutput> {
    return this.database.read(call, async (tx) => {
      const { id } = await findSchedule(tx, at);
      const [time, after] = keyOf(cursor, 2) ?? [];
      const rows = await tx.query<FireState>(
        `select ${fireColumns} from schedule_fire f
         where schedule_id = $1 and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
         order by created_at desc, id desc limit $4`,
        [id, time ?? null, after ?? null, limit + 1],
      );
      return pageOf(rows, limit, (row) => [row.key_at, row.id], shownFire);
    });
  }

  next({ count = 5, ...at }: SchedulesNextInput, call: Call): Promise<SchedulesNextOutput> {
    return this.database.read(call, async (tx) => {
      const schedule = await findSchedule(tx, at);
      const times = timetableOf(schedule)?.following(await now(tx), count) ?? [];
      return { zone: schedule.zone, times: times.map((time) => time.toISOString()) };
    });
  }
}

const columnsOf = (wanted: Wanted): unknown[] => [
  ...[wanted.cron, wanted.zone, wanted.onIngest, JSON.stringify(wanted.upstream), wanted.select, wanted.exclude],
  ...[wanted.data, wanted.missed, wanted.concurrency, wanted.approval],
];

const nextOf = async (tx: Tx, schedule: Pick<Wanted, 'cron' | 'zone'>): Promise<Date | null> =>
  timetableOf(schedule)?.next(await now(tx)) ?? null;

const skipQueued = (tx: Tx, schedule: string): Promise<unknown> =>
  tx.query(
    `update schedule_fire set status = 'skipped', reason = 'the schedule was paused', ended_at = now()
     where schedule_id = $1 and status = 'queued'`,
    [schedule],
  );

async function shownWithLast(tx: Tx, row: ScheduleState): Promise<Schedule> {
  return shownSchedule(row, (await lastFires(tx, [row])).get(row.id));
}

async function lastFires(tx: Tx, schedules: readonly ScheduleState[]): Promise<Map<string, FireState>> {
  const rows = await tx.query<FireState>(
    `select l.* from unnest($1::uuid[]) wanted(id), lateral (select ${fireColumns} from schedule_fire f
       where f.schedule_id = wanted.id order by f.created_at desc, f.id desc limit 1) l`,
    [schedules.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [row.schedule_id, row]));
}
