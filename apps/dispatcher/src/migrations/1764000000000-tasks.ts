import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Tasks1764000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table dispatcher.job (
        org_id uuid not null, id uuid not null, project text not null, environment text not null, run_id uuid not null,
        correlation_id text, created_at timestamptz not null default now(), finished_at timestamptz,
        primary key (org_id, id), unique (org_id, run_id));
      create table dispatcher.task (
        org_id uuid not null, id uuid not null, job_id uuid not null, project text not null, environment text not null,
        operator text not null, spec jsonb not null, concurrency_key text not null, priority integer not null default 0,
        status text not null default 'queued', attempt integer not null default 0, max_attempts integer not null,
        run_at timestamptz not null default now(), deadline timestamptz, cancel_requested boolean not null default false,
        result jsonb, cause text, created_at timestamptz not null default now(), finished_at timestamptz,
        primary key (org_id, id));
      create index task_queued on dispatcher.task (priority desc, run_at, id) where status = 'queued';
      create index task_leased on dispatcher.task (org_id, concurrency_key) where status = 'leased';
      create index task_org_id_project_environment_created_at_idx on dispatcher.task (org_id, project, environment, created_at);
      create index task_org_id_job_id_idx on dispatcher.task (org_id, job_id);
      create table dispatcher.task_attempt (
        org_id uuid not null, task_id uuid not null, attempt integer not null, worker text not null,
        started_at timestamptz not null default now(), finished_at timestamptz, outcome text, cause text,
        primary key (org_id, task_id, attempt));
      create table dispatcher.task_lease (
        org_id uuid not null, task_id uuid not null, attempt integer not null, worker text not null, until timestamptz not null,
        primary key (org_id, task_id));
      create index task_lease_until_idx on dispatcher.task_lease (until);
    `);
    for (const table of ['job', 'task', 'task_attempt']) await protect(db, owned, table);
    await protect(db, owned, 'task_lease', {
      unaudited: 'heartbeats extend it; claim, expiry and completion are events',
    });
    // Waiting work and late leases are looked for across organizations; each is then handled inside its own.
    await openToInfra(
      db,
      owned,
      'task',
      'select (org_id, id, operator, concurrency_key, priority, status, run_at, cancel_requested)',
    );
    await openToInfra(db, owned, 'task_lease', 'select, update (until)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table dispatcher.job, dispatcher.task, dispatcher.task_attempt, dispatcher.task_lease');
  }
}
