import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Plans that read what is not built here from another environment. */
export class Deferral1764300100000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('alter table planner.plan add column defer text');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table planner.plan drop column defer');
  }
}
