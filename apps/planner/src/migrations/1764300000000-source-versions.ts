import { protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

/** Which data sources had, as often as somebody looked. */
export class SourceVersions1764300000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table planner.source_version (
        org_id uuid not null, project text not null, environment text not null, source text not null,
        first_looked_at timestamptz not null, last_looked_at timestamptz not null, version text,
        primary key (org_id, project, environment, source, first_looked_at));
    `);
    await protect(db, owned, 'source_version', {
      unaudited: 'is what a delivered file says; its delivery is the leaf',
    });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table planner.source_version');
  }
}
