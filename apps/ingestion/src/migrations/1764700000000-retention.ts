import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Retention1764700000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table graph.unused_blob (
        org_id uuid not null, digest text not null, since timestamptz not null default now(),
        primary key (org_id, digest));
    `);
    await protect(db, owned, 'unused_blob', {
      unaudited: 'notes what another change, with its leaf, made superfluous',
    });
    await openToInfra(db, owned, 'unused_blob', 'select (org_id, since)');
    await openToInfra(db, owned, 'upload', 'select (org_id, expires_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table graph.unused_blob');
  }
}
