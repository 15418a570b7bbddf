import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

/**
 * Which rows of the second database are a dataset: parts that attempts stage, versions that name them, and a pointer to
 * the version that counts. A version's parts are those of all versions from its base up to it.
 */
export class Datasets1764000000020 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table dispatcher.dataset (
        org_id uuid not null, id uuid not null, project text not null, environment text not null, name text not null,
        version integer not null, base integer not null, rows bigint not null, columns jsonb not null,
        changed_at timestamptz not null default now(),
        primary key (org_id, id), unique (org_id, project, environment, name));
      create table dispatcher.dataset_version (
        org_id uuid not null, dataset_id uuid not null, version integer not null, base integer not null, mode text not null,
        part_id uuid not null, added bigint not null, rows bigint not null, columns jsonb not null, digest text not null,
        task_id uuid not null, attempt integer not null, committed_at timestamptz not null default now(), purged_at timestamptz,
        primary key (org_id, dataset_id, version), unique (org_id, part_id));
      create table dispatcher.dataset_part (
        org_id uuid not null, id uuid not null, task_id uuid not null, attempt integer not null, dataset text not null,
        columns jsonb not null, state text not null default 'staged', registered_at timestamptz not null default now(),
        swept_at timestamptz,
        primary key (org_id, id), unique (org_id, task_id, attempt, dataset));
      create table dispatcher.task_input (
        org_id uuid not null, task_id uuid not null, dataset_id uuid not null, version integer not null,
        primary key (org_id, dataset_id, version, task_id));
      create index task_input_org_id_task_id_idx on dispatcher.task_input (org_id, task_id);
      create index dataset_part_unwanted on dispatcher.dataset_part (registered_at) where state <> 'committed';
    `);
    await protect(db, owned, 'dataset');
    await protect(db, owned, 'dataset_version');
    await protect(db, owned, 'task_input');
    await protect(db, owned, 'dataset_part', {
      unaudited: 'what an attempt stages counts for nothing; the version that takes it up has its leaf',
    });
    await openToInfra(
      db,
      owned,
      'dataset_part',
      'select (org_id, id, task_id, attempt, state, registered_at, swept_at)',
    );
    await openToInfra(db, owned, 'task', 'select (attempt)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      'drop table dispatcher.task_input, dispatcher.dataset_part, dispatcher.dataset_version, dispatcher.dataset',
    );
  }
}
