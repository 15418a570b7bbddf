import { protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Runs1764000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table runner.revision (
        org_id uuid not null, project text not null, environment text not null, revision text not null,
        files integer not null, bytes bigint not null, created_at timestamptz not null default now(),
        primary key (org_id, project, environment, revision));
      create table runner.run (
        org_id uuid not null, id uuid not null, project text not null, environment text not null, kind text not null,
        status text not null default 'requested', plan_id uuid, document text, revision text not null, stages jsonb not null,
        requested_by text not null, attempt integer not null default 0, reason text, cancel_requested boolean not null default false,
        artifacts jsonb not null default '[]', created_at timestamptz not null default now(), started_at timestamptz, finished_at timestamptz,
        primary key (org_id, id));
      create index run_org_id_project_environment_created_at_idx on runner.run (org_id, project, environment, created_at);
      create unique index run_org_id_plan_id_idx on runner.run (org_id, plan_id);
      create table runner.run_node (
        org_id uuid not null, run_id uuid not null, node text not null, attempt integer not null, status text not null,
        started_at timestamptz, finished_at timestamptz, duration_ms bigint, rows bigint, relation text, message text,
        primary key (org_id, run_id, node, attempt));
      create table runner.run_log (
        org_id uuid not null, run_id uuid not null, seq bigint generated always as identity, at timestamptz not null,
        attempt integer not null, level text not null, node text, event text, text text not null,
        primary key (org_id, run_id, seq));
    `);
    await protect(db, owned, 'revision');
    await protect(db, owned, 'run');
    await protect(db, owned, 'run_node', { unaudited: 'dbt reports it while it runs; how the run ended is an event' });
    await protect(db, owned, 'run_log', { unaudited: 'lines that dbt printed' });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table runner.revision, runner.run, runner.run_node, runner.run_log');
  }
}
