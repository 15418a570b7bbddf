import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What has run out is looked for once a second, among few rows; what is held is extended all the time. */
export class Heartbeats1764000000021 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('drop index dispatcher.task_lease_until_idx');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('create index task_lease_until_idx on dispatcher.task_lease (until)');
  }
}
