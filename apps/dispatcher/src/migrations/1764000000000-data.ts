import { protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { stored } from '../owned.ts';

/**
 * The second database: batches of rows, by the part they belong to. A batch can be added and removed, and never
 * changed. A part that is sealed takes none any more; one that is dropped keeps its row, so that whoever is late is refused.
 */
export class Data1764000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table data.part (
        org_id uuid not null, id uuid not null, sealed_at timestamptz, dropped_at timestamptz, primary key (org_id, id));
      create table data.batch (
        org_id uuid not null, part_id uuid not null, batch integer not null, rows integer not null, digest text not null,
        body text not null, primary key (org_id, part_id, batch));
      grant select, insert, delete, update (sealed_at, dropped_at) on data.part to hg_dispatcher_data;
      grant select, insert, delete on data.batch to hg_dispatcher_data;
    `);
    for (const table of ['part', 'batch'])
      await protect(db, stored, table, { unaudited: 'rows of tenants, no decisions' });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table data.batch, data.part');
  }
}
