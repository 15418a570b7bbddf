import { protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Plans1764000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table planner.plan (
        org_id uuid not null, id uuid not null, project text not null, environment text not null,
        document text not null, snapshot text not null, manifest text not null, state text not null, revision text,
        status text not null default 'proposed', decided_by text, decided_at timestamptz,
        run integer not null, skip integer not null, partial integer not null, stages jsonb not null,
        created_by text not null, created_at timestamptz not null default now(),
        primary key (org_id, id));
      create index plan_org_id_project_environment_created_at_idx on planner.plan (org_id, project, environment, created_at);

      create table planner.environment_state (
        org_id uuid not null, project text not null, environment text not null,
        state text not null, run text, updated_at timestamptz not null default now(),
        primary key (org_id, project, environment));
    `);
    await protect(db, owned, 'plan');
    await protect(db, owned, 'environment_state');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table planner.plan, planner.environment_state');
  }
}
