import { protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Openlineage1764610000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table graph.node_run add column via text;
      create table graph.openlineage_event (
        org_id uuid not null, project text not null, environment text not null, run_id uuid not null,
        event_type text not null, event_time timestamptz not null, run text not null, "of" text not null,
        ended jsonb not null, recorded integer not null default 0, unmatched text[] not null default '{}',
        heard_at timestamptz not null default now(),
        primary key (org_id, project, environment, run_id, event_type));
      create index openlineage_event_org_id_project_environment_run_idx
        on graph.openlineage_event (org_id, project, environment, run);
    `);
    const unaudited = 'what is heard decides nothing: the facts that come of it have their leaf';
    await protect(db, owned, 'openlineage_event', { unaudited });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table graph.openlineage_event; alter table graph.node_run drop column via');
  }
}
