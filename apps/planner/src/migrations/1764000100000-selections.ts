import { protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Selections1764000100000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table planner.selection (
        org_id uuid not null, project text not null, name text not null, description text not null,
        "select" text[] not null, exclude text[] not null, updated_by text not null, updated_at timestamptz not null default now(),
        primary key (org_id, project, name));
    `);
    await protect(db, owned, 'selection');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table planner.selection');
  }
}
