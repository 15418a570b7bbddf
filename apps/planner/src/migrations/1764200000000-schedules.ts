import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

/** What sets an environment off again and again, and what came of each time. */
export class Schedules1764200000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table planner.schedule (
        org_id uuid not null, id uuid not null, project text not null, environment text not null, name text not null,
        cron text, zone text not null, on_ingest boolean not null, upstream jsonb not null,
        "select" text[] not null, exclude text[] not null, data text not null,
        missed text not null, concurrency text not null, approval boolean not null,
        paused boolean not null, next_at timestamptz, version integer not null default 1,
        created_by text not null, created_at timestamptz not null default now(),
        updated_by text not null, updated_at timestamptz not null default now(),
        primary key (org_id, id), unique (org_id, project, environment, name));
      create index schedule_due on planner.schedule (next_at) where next_at is not null;

      create table planner.schedule_fire (
        org_id uuid not null, id uuid not null, schedule_id uuid not null, project text not null, environment text not null,
        occasion text not null, trigger text not null, cause text not null, planned_at timestamptz, missed integer not null default 0,
        chain uuid[] not null, status text not null, reason text, correlation_id text not null, plan_id uuid, run_id uuid,
        attempts integer not null default 0, held_until timestamptz,
        created_at timestamptz not null default now(), started_at timestamptz, ended_at timestamptz,
        primary key (org_id, id), unique (org_id, schedule_id, occasion));
      create unique index schedule_fire_turn on planner.schedule_fire (org_id, project, environment) where status in ('planning', 'running');
      create index schedule_fire_open on planner.schedule_fire (created_at, id) where status in ('queued', 'planning');
      create index schedule_fire_org_id_schedule_id_created_at_idx on planner.schedule_fire (org_id, schedule_id, created_at);
      create index schedule_fire_org_id_plan_id_idx on planner.schedule_fire (org_id, plan_id);
    `);
    await protect(db, owned, 'schedule');
    await protect(db, owned, 'schedule_fire', {
      unaudited: 'how far it has come; that it fired, its plan and its run are events',
    });
    await openToInfra(db, owned, 'schedule', 'select');
    await openToInfra(db, owned, 'schedule_fire', 'select, update (status, attempts, held_until, started_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table planner.schedule, planner.schedule_fire');
  }
}
