import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Invocations1764320000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('alter table graph.artifact add column invocation text');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table graph.artifact drop column invocation');
  }
}
