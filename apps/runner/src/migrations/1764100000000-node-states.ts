import { protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

/** Which nodes changed since somebody looked, how each did last, and every run of one node. */
export class NodeStates1764100000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table runner.run_node add column seq bigint not null default 0;
      create index run_node_org_id_run_id_attempt_seq_idx on runner.run_node (org_id, run_id, attempt, seq);
      create index run_node_org_id_node_run_id_idx on runner.run_node (org_id, node, run_id);
      create table runner.node_state (
        org_id uuid not null, project text not null, environment text not null, node text not null, run_id uuid not null,
        status text not null, seq bigint not null, finished_at timestamptz, duration_ms bigint,
        primary key (org_id, project, environment, node));
      create index node_state_org_id_project_environment_seq_idx on runner.node_state (org_id, project, environment, seq);
    `);
    await protect(db, owned, 'node_state', {
      unaudited: 'dbt reports it while it runs; how the run ended is an event',
    });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop table runner.node_state;
      drop index runner.run_node_org_id_run_id_attempt_seq_idx, runner.run_node_org_id_node_run_id_idx;
      alter table runner.run_node drop column seq;
    `);
  }
}
