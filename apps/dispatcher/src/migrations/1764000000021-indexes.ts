import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What has run out is looked for once a second, among few rows, and what is held is extended all the time: no index has
 * `until`. And offers by their turn are found by an index that no plan can mistake for their key, since only a statement
 * that says so (`operator <> ''`) can use it; in one turn they lie as they came.
 */
export class Indexes1764000000021 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      drop index dispatcher.task_lease_until_idx, dispatcher.task_offer_turn;
      create index task_offer_turn on dispatcher.task_offer (org_id, operator, priority desc, run_at) where operator <> '';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop index dispatcher.task_offer_turn;
      create index task_offer_turn on dispatcher.task_offer (org_id, operator, priority desc, run_at, task_id);
      create index task_lease_until_idx on dispatcher.task_lease (until);
    `);
  }
}
