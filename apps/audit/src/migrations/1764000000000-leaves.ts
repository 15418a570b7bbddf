import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Leaves1764000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table audit.tree (
        org_id uuid not null, size bigint not null, sealed bigint not null default 0,
        primary key (org_id));
      create table audit.service_head (
        org_id uuid not null, service text not null, ordinal bigint not null,
        primary key (org_id, service));
      create table audit.leaf (
        org_id uuid not null, index bigint not null,
        event uuid not null, type text not null, service text not null, ordinal bigint not null,
        project text, environment text, envelope text not null, leaf_hash text not null,
        primary key (org_id, index),
        unique (org_id, service, ordinal));
      create index leaf_org_id_event_idx on audit.leaf (org_id, event);
      create index leaf_org_id_type_index_idx on audit.leaf (org_id, type, index);
      create index leaf_org_id_project_environment_index_idx on audit.leaf (org_id, project, environment, index);
      create table audit.node (
        org_id uuid not null, level integer not null, index bigint not null, hash text not null,
        primary key (org_id, level, index));
      create table audit.checkpoint (
        org_id uuid not null, size bigint not null, root text not null, at timestamptz not null,
        previous text, signature text not null, key text not null,
        primary key (org_id, size));

      create function audit.append_only() returns trigger language plpgsql as $$
        begin raise exception 'the audit record is only added to'; end $$;
    `);
    const unaudited = 'is the audit';
    for (const table of ['tree', 'service_head', 'leaf', 'node', 'checkpoint'])
      await protect(db, owned, table, { unaudited });
    for (const table of ['leaf', 'node', 'checkpoint'])
      await db.query(
        `create trigger append_only before update or delete or truncate on audit.${table}
           for each statement execute function audit.append_only()`,
      );
    await openToInfra(db, owned, 'tree', 'select');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table audit.tree, audit.service_head, audit.leaf, audit.node, audit.checkpoint');
    await db.query('drop function audit.append_only()');
  }
}
