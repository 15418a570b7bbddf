import type { JobsSubmitInput } from '@headgate/contracts';
import { Failure, type Tx } from '@headgate/kit';
import { find } from './datasets.ts';

interface Reader {
  readonly id: string;
  readonly job: { readonly project: string; readonly environment: string };
  readonly task: Pick<JobsSubmitInput['tasks'][number], 'name' | 'inputs'>;
}

/** What a task reads, as it was named when it was submitted. */
export async function inputsOf(tx: Tx, task: string): Promise<{ dataset: string; version: number }[]> {
  return tx.query(
    `select d.name as dataset, i.version from task_input i join dataset d on d.org_id = i.org_id and d.id = i.dataset_id
     where i.org_id = $1 and i.task_id = $2 order by 1, 2`,
    [tx.org, task],
  );
}

/** Holds the versions that new tasks read: from here on none of them is purged before its task has ended. */
export async function pin(tx: Tx, readers: readonly Reader[]): Promise<void> {
  const all = readers.flatMap(({ id, job, task }) => (task.inputs ?? []).map((input) => ({ id, job, task, ...input })));
  for (const { id, job, task, dataset, version } of all) {
    const { project, environment } = job;
    // A purge waits for this lock, and this one for a purge; moving the pointer does neither.
    const found = await find(tx, { project, environment, dataset }, 'for key share');
    const pinned = await tx.query(
      `insert into task_input (org_id, dataset_id, version, task_id)
       select org_id, dataset_id, version, $4 from dataset_version
       where org_id = $1 and dataset_id = $2 and version = $3 and purged_at is null
       on conflict (org_id, dataset_id, version, task_id) do update set version = excluded.version returning 1`,
      [tx.org, found.id, version, id],
    );
    if (pinned.length === 0)
      throw new Failure('conflict', {
        detail: `${task.name} reads version ${version} of ${dataset}, which is not there`,
        where: '/tasks',
        hint: `the current one is ${found.version}; ask for the dataset again, then submit`,
      });
  }
}
