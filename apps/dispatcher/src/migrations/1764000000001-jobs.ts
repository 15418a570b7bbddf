import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

/** So far every job had one task. Now jobs of several: dependencies, retries, keys; and what a queue in use needs of its indexes and vacuum. */
export class Jobs1764000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table dispatcher.job add column idempotency_key text, add column open_tasks integer not null default 1,
        add column origin_id uuid, add unique (org_id, idempotency_key);
      alter table dispatcher.task alter column concurrency_key drop not null,
        add column name text not null default 'main', add column waits_for integer not null default 0,
        add column is_awaited boolean not null default false, add column backoff_ms integer not null default 1000;
      alter table dispatcher.task_lease add column started_at timestamptz not null default now();

      create table dispatcher.task_dependency (
        org_id uuid not null, task_id uuid not null, after_id uuid not null, primary key (org_id, task_id, after_id));
      create index task_dependency_org_id_after_id_idx on dispatcher.task_dependency (org_id, after_id);

      drop index dispatcher.task_queued, dispatcher.task_leased;
      create index task_queued on dispatcher.task (org_id, operator, priority desc, run_at, id) where status = 'queued';
      create unique index task_leased on dispatcher.task (org_id, concurrency_key) where status = 'leased' and concurrency_key is not null;
      create index task_deadline on dispatcher.task (deadline) where status in ('blocked', 'queued', 'leased') and deadline is not null;

      alter table dispatcher.task set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, fillfactor = 80);
      alter table dispatcher.task_lease set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, fillfactor = 70);
      alter table dispatcher.outbox set (autovacuum_vacuum_scale_factor = 0.05);
      alter table dispatcher.outbox_head set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, fillfactor = 50);
      alter table dispatcher.touched set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
    `);
    await protect(db, owned, 'task_dependency');
    await openToInfra(
      db,
      owned,
      'task',
      'select (org_id, id, operator, concurrency_key, priority, status, run_at, cancel_requested, deadline)',
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table dispatcher.task_dependency');
  }
}
