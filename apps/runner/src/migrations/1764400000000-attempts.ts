import { protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

/** What an attempt set out to run, and in which context: without it nobody could go on where one was cut off. */
export class Attempts1764400000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table runner.run add column origin_id uuid, add column planned_at timestamptz;
      drop index runner.run_org_id_plan_id_idx;
      create unique index run_org_id_plan_id_idx on runner.run (org_id, plan_id) where origin_id is null;
      create unique index run_org_id_origin_id_idx on runner.run (org_id, origin_id);
      create table runner.run_attempt (
        org_id uuid not null, run_id uuid not null, attempt integer not null, project text not null, environment text not null,
        engine text not null, variables text not null, nodes text[] not null, started_at timestamptz not null default clock_timestamp(),
        primary key (org_id, run_id, attempt));
      create index run_attempt_org_id_project_environment_started_at_idx on runner.run_attempt (org_id, project, environment, started_at);
      drop index runner.run_node_org_id_run_id_attempt_seq_idx;
      create index run_node_org_id_run_id_seq_idx on runner.run_node (org_id, run_id, seq);
    `);
    await protect(db, owned, 'run_attempt', {
      unaudited: 'the worker notes it as it begins; the claim and the end are events',
    });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop table runner.run_attempt;
      drop index runner.run_org_id_plan_id_idx, runner.run_org_id_origin_id_idx, runner.run_node_org_id_run_id_seq_idx;
      create index run_node_org_id_run_id_attempt_seq_idx on runner.run_node (org_id, run_id, attempt, seq);
      alter table runner.run drop column origin_id, drop column planned_at;
    `);
  }
}
