import { protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { stored } from '../owned.ts';

/** Rows under keys. Each can be added, once, and neither changed nor removed. */
export class Sinks1764000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table data.sink (
        org_id uuid not null, id uuid not null, project text not null, environment text not null, name text not null,
        rows bigint not null default 0, changed_at timestamptz not null default now(),
        primary key (org_id, id), unique (org_id, project, environment, name));
      create table data.sink_row (
        org_id uuid not null, sink_id uuid not null, dedupe_key text not null, place bigint not null, digest text not null,
        body text not null, written_at timestamptz not null default now(),
        primary key (org_id, sink_id, dedupe_key));
      create unique index sink_row_org_id_sink_id_place_idx on data.sink_row (org_id, sink_id, place);
      grant select, insert, update (rows, changed_at, name) on data.sink to hg_dispatcher_data;
      grant select, insert on data.sink_row to hg_dispatcher_data;
    `);
    for (const table of ['sink', 'sink_row'])
      await protect(db, stored, table, { unaudited: 'rows of tenants, no decisions' });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table data.sink_row, data.sink');
  }
}
