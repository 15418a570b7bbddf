import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where a token's role was given: the organization, a project, or an environment. */
export class TokenPlace1764100000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table identity.service_token
        add column project text not null default '', add column environment text not null default '';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table identity.service_token drop column project, drop column environment');
  }
}
