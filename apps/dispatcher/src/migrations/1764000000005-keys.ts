import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Row-level security puts the organization into every condition, and while a table is small every index that begins
 * with it seems as good as the primary key: a statement that is planned then goes on to read all of an organization's
 * rows. An index that holds for what is not null alone is left to the statements that ask for just that.
 */
export class Keys1764000000005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      drop index dispatcher.task_org_id_project_environment_created_at_idx, dispatcher.task_org_id_job_id_idx;
      create index task_listed on dispatcher.task (org_id, project, environment, created_at) where project is not null;
      create index task_of_job on dispatcher.task (org_id, job_id) where job_id is not null;
      alter table dispatcher.job drop constraint job_org_id_run_id_key, drop constraint job_org_id_idempotency_key_key;
      create unique index job_run on dispatcher.job (org_id, run_id) where run_id is not null;
      create unique index job_key on dispatcher.job (org_id, idempotency_key) where idempotency_key is not null;
      -- Of two indexes that seem as good as each other the younger one is taken.
      alter table dispatcher.task_offer drop constraint task_offer_pkey, add primary key (org_id, task_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop index dispatcher.task_listed, dispatcher.task_of_job, dispatcher.job_run, dispatcher.job_key');
  }
}
