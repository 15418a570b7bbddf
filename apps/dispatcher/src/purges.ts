import { Injectable } from '@nestjs/common';
import { datasetPurged, type DatasetsPurgeInput, type DatasetsPurgeOutput } from '@headgate/contracts';
import { type Call, Database, mutate, type Tx } from '@headgate/kit';
import { find } from './datasets.ts';

const nothing: DatasetsPurgeOutput = { versions: 0, parts: 0, kept: [] };

/** Forgets old versions by command. Their rows go later (`part-sweeper.ts`), when nothing names them any more. */
@Injectable()
export class Purges {
  constructor(private readonly database: Database) {}

  /** Keeps the newest so many, and what a task reads that has not ended, or may be replayed. Asking again changes nothing more. */
  purge({ keep, ...named }: DatasetsPurgeInput, call: Call): Promise<DatasetsPurgeOutput> {
    return this.database.write(call, async (tx) => {
      // Nobody names a version of it as an input, and nobody moves it, until this is over.
      const { id } = await find(tx, named, 'for update');
      const before = await oldestKept(tx, id, keep);
      if (before === undefined) return nothing;
      const kept = await pinned(tx, id, before);
      const doomed = await tx.query<{ version: number }>(
        `select version from dataset_version
         where org_id = $1 and dataset_id = $2 and version < $3 and purged_at is null and version <> all ($4)`,
        [tx.org, id, before, kept],
      );
      if (doomed.length === 0) return { ...nothing, kept };
      const parts = await forget(tx, id, before, kept);
      const done = { versions: doomed.length, parts };
      await mutate(tx, datasetPurged, { ...named, keep, before, ...done });
      return { ...done, kept };
    });
  }
}

async function oldestKept(tx: Tx, dataset: string, keep: number): Promise<number | undefined> {
  const [found] = await tx.query<{ version: number }>(
    `select version from dataset_version where org_id = $1 and dataset_id = $2 and purged_at is null
     order by version desc offset $3 limit 1`,
    [tx.org, dataset, keep - 1],
  );
  return found?.version;
}

async function pinned(tx: Tx, dataset: string, before: number): Promise<number[]> {
  const rows = await tx.query<{ version: number }>(
    `select distinct i.version from task_input i join task t on t.org_id = i.org_id and t.id = i.task_id
     where i.org_id = $1 and i.dataset_id = $2 and i.version < $3 
       and (t.status in ('blocked', 'queued', 'leased') or t.dead_state = 'open') order by 1`,
    [tx.org, dataset, before],
  );
  return rows.map(({ version }) => version);
}

/** A version that is forgotten stays as a name for its part while one that is kept is made of it. Answers how many parts went. */
async function forget(tx: Tx, dataset: string, before: number, kept: readonly number[]): Promise<number> {
  await tx.query(
    `update dataset_version set purged_at = now()
     where org_id = $1 and dataset_id = $2 and version < $3 and purged_at is null and version <> all ($4)`,
    [tx.org, dataset, before, kept],
  );
  const dropped = await tx.query(
    `with gone as (
       delete from dataset_version v where org_id = $1 and dataset_id = $2 and purged_at is not null
         and not exists (
           select 1 from dataset_version k where k.org_id = $1 and k.dataset_id = $2 and k.purged_at is null
             and v.version between k.base and k.version)
       returning part_id)
     update dataset_part p set state = 'dropped' from gone where p.org_id = $1 and p.id = gone.part_id returning 1`,
    [tx.org, dataset],
  );
  return dropped.length;
}
