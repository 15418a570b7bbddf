import { Injectable } from '@nestjs/common';
import {
  type DatasetsStageInput,
  type DatasetsStageOutput,
  sha256,
  type TasksCompleteInput,
} from '@headgate/contracts';
import { type Call, Database, DataStore, Failure, newId, type Tx } from '@headgate/kit';
import { areSame, type Column, valuesOf } from './column-types.ts';

const mostBytes = 256 * 1024;

interface Registered {
  readonly id: string;
  readonly registered_at: Date;
}

/**
 * What attempts stage, in the second database. A part is registered here before its first row is there, so that the
 * sweeper knows of all there may be; and its row there comes into being within an hour of that or never.
 */
@Injectable()
export class Parts {
  constructor(
    private readonly database: Database,
    private readonly store: DataStore,
  ) {}

  /** One batch of rows of an attempt that is held. The same batch again is stored once; other rows for it are refused. */
  async stage(input: DatasetsStageInput, caller: Call): Promise<DatasetsStageOutput> {
    const call = { ...caller, org: input.org };
    const body = JSON.stringify(valuesOf(input.columns, input.rows));
    if (Buffer.byteLength(body) > mostBytes)
      throw new Failure('limit.exceeded', {
        detail: `this batch is of ${Buffer.byteLength(body)} bytes, and ${mostBytes} is the most`,
        where: '/rows',
        hint: 'spread its rows over more batches',
      });
    // unaudited: what is staged counts for nothing yet.
    const part = await this.database.write(call, (tx) => register(tx, input));
    const digest = sha256(body);
    await this.store.write(call, async (tx) => {
      await open(tx, part, input);
      await add(tx, part.id, input, body, digest);
    });
    return { part: part.id, rows: input.rows.length, digest };
  }

  /**
   * Closes what a task is about to commit: from here on it takes no batch. Answers what is wrong with it, if anything;
   * whether that matters, the commit knows, as it may be late or a repeat.
   */
  seal({ org, outputs = [] }: TasksCompleteInput, call: Call): Promise<Failure | undefined> {
    return this.store.write({ ...call, org }, async (tx) => {
      for (const [at, output] of [...outputs.entries()].sort(([, a], [, b]) => (a.part < b.part ? -1 : 1))) {
        const wrong = await sealOne(tx, output);
        if (wrong !== undefined)
          return new Failure('conflict', {
            detail: `dataset ${output.dataset}: ${wrong}`,
            where: `/outputs/${at}`,
            hint: 'stage what is missing, or report the attempt as failed',
          });
      }
      return undefined;
    });
  }
}

/** Under the lease, or not at all. */
async function register(tx: Tx, input: DatasetsStageInput): Promise<Registered> {
  const { task, attempt, worker, dataset, columns } = input;
  const [held] = await tx.prepared(
    `select 1 from task t join task_lease l on l.org_id = t.org_id and l.task_id = t.id and l.attempt = t.attempt
     where t.org_id = $1 and t.id = $2 and t.attempt = $3 and t.status = 'leased' and l.worker = $4 and l.until > clock_timestamp()`,
    [tx.org, task, attempt, worker],
  );
  if (!held)
    throw new Failure('conflict', {
      detail: `attempt ${attempt} of task ${task} is not ${worker}'s any more`,
      where: '/attempt',
      hint: 'stop working on it; what it staged is removed',
    });
  const [part] = await tx.prepared<Registered & { columns: Column[] }>(
    `insert into dataset_part (org_id, id, task_id, attempt, dataset, columns) values ($1, $2, $3, $4, $5, $6)
     on conflict (org_id, task_id, attempt, dataset) do update set dataset = excluded.dataset
     returning id, registered_at, columns`,
    [tx.org, newId(), task, attempt, dataset, JSON.stringify(columns)],
  );
  if (!areSame(part!.columns, columns))
    throw new Failure('conflict', {
      detail: `this attempt began to stage ${dataset} with other columns: ${part!.columns.map(({ name }) => name).join(', ')}`,
      where: '/columns',
      hint: 'give every batch the same columns, in the same order',
    });
  return part!;
}

/** Sweeping keeps its own mark for two hours: whoever was frozen in between finds either that mark or no way in. */
async function open(tx: Tx, { id, registered_at }: Registered, { task, attempt }: DatasetsStageInput): Promise<void> {
  await tx.prepared(
    `insert into part (org_id, id) select $1, $2 where clock_timestamp() < $3::timestamptz + interval '1 hour'
     on conflict do nothing`,
    [tx.org, id, registered_at],
  );
  const [part] = await tx.prepared<{ dropped: boolean }>(
    'select dropped_at is not null as dropped from part where org_id = $1 and id = $2 for share',
    [tx.org, id],
  );
  if (!part || part.dropped)
    throw new Failure('conflict', {
      detail: `attempt ${attempt} of task ${task} is over`,
      where: '/attempt',
      hint: 'stop working on it; what it staged was removed',
    });
}

async function add(tx: Tx, part: string, input: DatasetsStageInput, body: string, digest: string): Promise<void> {
  const { batch, rows } = input;
  const [added] = await tx.prepared(
    `insert into batch (org_id, part_id, batch, rows, digest, body)
     select $1, $2, $3, $4, $5, $6 from part where org_id = $1 and id = $2 and sealed_at is null
     on conflict do nothing returning 1`,
    [tx.org, part, batch, rows.length, digest, body],
  );
  if (added) return;
  const [there] = await tx.prepared<{ digest: string }>(
    'select digest from batch where org_id = $1 and part_id = $2 and batch = $3',
    [tx.org, part, batch],
  );
  if (there?.digest === digest) return;
  throw new Failure('conflict', {
    detail: there
      ? `batch ${batch} was staged before with other rows, and the first stands`
      : 'this part was closed for its commit',
    where: '/batch',
    hint: 'number batches 0, 1, 2, …, and complete the task after the last of them',
  });
}

type Output = NonNullable<TasksCompleteInput['outputs']>[number];

async function sealOne(tx: Tx, { part, rows, digest }: Output): Promise<string | undefined> {
  const [open] = await tx.prepared(
    'select 1 from part where org_id = $1 and id = $2 and dropped_at is null for update',
    [...[tx.org, part]],
  );
  if (!open) return `there is no part ${part}`;
  const batches = await tx.prepared<{ batch: number; rows: number; digest: string }>(
    'select batch, rows, digest from batch where org_id = $1 and part_id = $2 order by batch',
    [tx.org, part],
  );
  const gap = batches.findIndex(({ batch }, at) => batch !== at);
  if (gap !== -1) return `batch ${gap} is missing`;
  const staged = batches.reduce((sum, batch) => sum + batch.rows, 0);
  if (staged !== rows) return `${rows} rows were to be committed, and ${staged} are staged`;
  if (partDigest(batches) !== digest) return 'what is staged is not what was to be committed: the digests differ';
  await tx.prepared('update part set sealed_at = coalesce(sealed_at, now()) where org_id = $1 and id = $2', [
    tx.org,
    part,
  ]);
  return undefined;
}

/** Of a whole part: over the digests of its batches, in their order, a line each. */
const partDigest = (batches: readonly { readonly digest: string }[]): string =>
  sha256(batches.map(({ digest }) => `${digest}\n`).join(''));
