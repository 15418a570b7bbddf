import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Lineage1764300000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table graph.lineage_state (
        org_id uuid not null, project text not null, environment text not null,
        status text not null, reason text, version bigint not null, shown bigint,
        wanted_seq bigint not null, wanted_manifest text not null, wanted_catalog text,
        seq bigint, manifest text, catalog text, engine text, platform text, nodes integer not null default 0, edges integer not null default 0,
        attempts integer not null default 0, held_until timestamptz, updated_at timestamptz not null default now(),
        primary key (org_id, project, environment));
      create index lineage_state_pending on graph.lineage_state (held_until) where status = 'pending';

      create table graph.lineage_node (
        org_id uuid not null, project text not null, environment text not null, node text not null,
        input_key text not null, status text not null, notes jsonb not null, columns jsonb not null, complete boolean not null,
        edges integer not null,
        primary key (org_id, project, environment, node));

      create table graph.lineage_edge (
        org_id uuid not null, project text not null, environment text not null, node text not null, place integer not null,
        target text, source_node text, source_relation text not null, source_column text not null,
        kind text not null, confidence real not null, direct boolean not null,
        expression text, line integer, at integer,
        primary key (org_id, project, environment, node, place));
      create index lineage_edge_source_node on graph.lineage_edge (org_id, project, environment, source_node);

      create table graph.lineage_override (
        org_id uuid not null, id uuid not null, project text not null,
        source text not null, target text not null, kind text not null,
        decision text not null, reason text not null, decided_by text not null, decided_at timestamptz not null default now(),
        primary key (org_id, id),
        unique (org_id, project, source, target, kind));
    `);
    await protect(db, owned, 'lineage_state', {
      unaudited: 'says what is to be computed and what is; lineage.committed tells of what became visible',
    });
    for (const table of ['lineage_node', 'lineage_edge', 'lineage_override']) await protect(db, owned, table);
    // Work is found across organizations; so are environments whose graph is older than this release's lineage.
    const claimed = 'select, insert, update (status, reason, attempts, held_until, updated_at)';
    await openToInfra(db, owned, 'lineage_state', claimed);
    await openToInfra(db, owned, 'environment_head', 'select (org_id, project, environment, seq, manifest, catalog)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table graph.lineage_state, graph.lineage_node, graph.lineage_edge, graph.lineage_override');
  }
}
