import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tasks that failed in every attempt they had stay to be looked at until somebody decides. */
export class DeadLetters1764000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table dispatcher.task add column dead_at timestamptz, add column dead_state text, add column discard_reason text;
      create index task_dead on dispatcher.task (org_id, project, environment, dead_at, id) where dead_at is not null;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      'alter table dispatcher.task drop column dead_at, drop column dead_state, drop column discard_reason',
    );
  }
}
