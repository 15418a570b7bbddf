import { openToInfra } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

/** Whoever removes what ended long ago looks for the organizations that have jobs. */
export class Retention1764000000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await openToInfra(db, owned, 'job', 'select (org_id, id)');
    await db.query(`
      alter table dispatcher.task_attempt set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
      alter table dispatcher.task_dependency set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
    `);
  }

  async down(): Promise<void> {}
}
