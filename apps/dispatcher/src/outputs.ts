import { datasetCommitted, type TasksCompleteInput } from '@headgate/contracts';
import { type Change, change, Failure, newId, type Tx } from '@headgate/kit';
import { areSame, type Column } from './column-types.ts';

type Output = NonNullable<TasksCompleteInput['outputs']>[number];

/** What one task, locked and held, puts out with its success. */
export interface Committing {
  readonly task: {
    readonly id: string;
    readonly attempt: number;
    readonly project: string;
    readonly environment: string;
  };
  readonly outputs: readonly Output[];
}

interface Pointer {
  readonly id: string;
  readonly version: number;
  readonly base: number;
  readonly rows: string;
  readonly columns: Column[];
}

/** Throws a Failure for outputs that no commit could take. */
export function judge({ outcome, outputs = [] }: TasksCompleteInput): void {
  const refuse = (detail: string) => new Failure('contract.invalid', { detail, where: '/outputs' });
  if (outputs.length > 0 && outcome !== 'succeeded') throw refuse('only an attempt that succeeded has outputs');
  if (new Set(outputs.map(({ dataset }) => dataset)).size < outputs.length)
    throw refuse('a dataset is put out once by a task');
}

/**
 * Moves the pointers of datasets, in the transaction that ends the tasks: who waits for a dataset waits for whoever
 * moves it, and goes on from there. Answers what to tell.
 */
export async function commitOutputs(tx: Tx, tasks: readonly Committing[]): Promise<Change[]> {
  const all = tasks.flatMap(({ task, outputs }) => outputs.map((output) => ({ task, output })));
  const nameOf = ({ task, output }: (typeof all)[0]) => `${task.project}/${task.environment}/${output.dataset}`;
  // The same order for everybody, or two could wait for each other.
  all.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));
  const told: Change[] = [];
  for (const { task, output } of all) told.push(await move(tx, task, output));
  return told;
}

async function move(tx: Tx, task: Committing['task'], output: Output): Promise<Change> {
  const { project, environment, id, attempt } = task;
  const { dataset, mode, part, rows, digest } = output;
  const columns = await take(tx, task, output);
  const [now] = await tx.query<Pointer>(
    `insert into dataset (org_id, id, project, environment, name, version, base, rows, columns)
     values ($1, $2, $3, $4, $5, 0, 1, 0, $6)
     on conflict (org_id, project, environment, name) do update set name = excluded.name
     returning id, version, base, rows, columns`,
    [tx.org, newId(), project, environment, dataset, JSON.stringify(columns)],
  );
  const isAdded = mode === 'append' && now!.version > 0;
  if (isAdded && !areSame(columns, now!.columns)) throw unlike(dataset, now!);
  const version = now!.version + 1;
  const base = isAdded ? now!.base : version;
  await tx.query(
    `with added as (
       insert into dataset_version (org_id, dataset_id, version, base, mode, part_id, added, rows, columns, digest, task_id, attempt)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12))
     update dataset set version = $3, base = $4, rows = $8, columns = $9, changed_at = now() where org_id = $1 and id = $2`,
    [
      ...[tx.org, now!.id, version, base, mode, part, rows, rows + (isAdded ? Number(now!.rows) : 0)],
      ...[JSON.stringify(columns), digest, id, attempt],
    ],
  );
  return change(datasetCommitted, {
    ...{ project, environment, dataset, version, mode, task: id, attempt, part, rows, digest },
  });
}

/** A part is its own attempt's, and taken once. */
async function take(tx: Tx, { id, attempt }: Committing['task'], { dataset, part }: Output): Promise<Column[]> {
  const [taken] = await tx.query<{ columns: Column[] }>(
    `update dataset_part set state = 'committed'
     where org_id = $1 and id = $2 and task_id = $3 and attempt = $4 and dataset = $5 and state = 'staged' returning columns`,
    [tx.org, part, id, attempt, dataset],
  );
  if (taken) return taken.columns;
  throw new Failure('conflict', {
    detail: `attempt ${attempt} of task ${id} has staged no part ${part} of ${dataset}`,
    where: '/outputs',
    hint: 'name the part that staging answered with',
  });
}

const unlike = (dataset: string, { version, columns }: Pointer): Failure =>
  new Failure('conflict', {
    detail: `rows with other columns cannot be appended to ${dataset}`,
    where: '/outputs',
    hint: `version ${version} has ${columns.map(({ name, type }) => `${name} ${type}`).join(', ')}; stage these, or replace it`,
  });
