import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

/** How often tasks of a key may start. */
export class Limits1764000000008 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table dispatcher.task add column rate_key text;
      alter table dispatcher.task_offer add column rate_key text;
      create index task_offer_limited on dispatcher.task_offer (run_at) where rate_key is not null;
      create table dispatcher.rate_limit (
        org_id uuid not null, key text not null, starts integer not null, seconds integer not null, burst integer not null,
        updated_by text not null, updated_at timestamptz not null default now(), primary key (org_id, key));
      create table dispatcher.rate_pace (
        org_id uuid not null, key text not null, started_us bigint not null default 0, refused_us bigint not null default 0,
        slotted_us bigint not null default 0, primary key (org_id, key))
        with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
    `);
    await protect(db, owned, 'rate_limit');
    await protect(db, owned, 'rate_pace', { unaudited: 'counts starts, each of which is an event' });
    await openToInfra(db, owned, 'task_offer', 'select');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table dispatcher.rate_limit, dispatcher.rate_pace');
  }
}
