import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

/**
 * What can be leased lies in a table of its own: no index of `task` knows its status any more, so that a change of it
 * touches none of them. A task knows its run; who leases or ends it need not look at its job.
 */
export class Offers1764000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table dispatcher.task add column run_id uuid, add column correlation_id text;
      alter table dispatcher.task_lease add column concurrency_key text;
      create table dispatcher.task_offer (
        org_id uuid not null, task_id uuid not null, operator text not null, priority integer not null,
        run_at timestamptz not null, concurrency_key text, primary key (org_id, task_id));

      -- Of all organizations, and nothing that anybody decided: so for once without the rules for either.
      alter table dispatcher.job no force row level security;
      alter table dispatcher.task_lease no force row level security;
      alter table dispatcher.task no force row level security, disable trigger leaf_wanted;
      update dispatcher.task t set run_id = j.run_id, correlation_id = j.correlation_id,
        deadline = case when t.finished_at is null then t.deadline end
        from dispatcher.job j where j.org_id = t.org_id and j.id = t.job_id;
      update dispatcher.task_lease l set concurrency_key = t.concurrency_key
        from dispatcher.task t where t.org_id = l.org_id and t.id = l.task_id;
      insert into dispatcher.task_offer
        select org_id, id, operator, priority, run_at, concurrency_key from dispatcher.task where status = 'queued';
      alter table dispatcher.job force row level security;
      alter table dispatcher.task_lease force row level security;
      alter table dispatcher.task force row level security, enable trigger leaf_wanted, alter column run_id set not null;

      drop index dispatcher.task_queued, dispatcher.task_leased, dispatcher.task_deadline;
      create index task_offer_turn on dispatcher.task_offer (org_id, operator, priority desc, run_at, task_id);
      create unique index task_lease_key on dispatcher.task_lease (org_id, concurrency_key) where concurrency_key is not null;
      create index task_deadline on dispatcher.task (deadline) where deadline is not null;

      alter table dispatcher.job set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, fillfactor = 45);
      alter table dispatcher.task set (fillfactor = 45);
      alter table dispatcher.task_offer set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
    `);
    await protect(db, owned, 'task_offer', {
      unaudited: 'follows the status of the task, whose changes are events',
    });
    await openToInfra(db, owned, 'task_offer', 'select');
    await openToInfra(db, owned, 'task', 'select (ctid, attempt)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table dispatcher.task_offer');
  }
}
