import { type JobsSubmitInput, type JobsSubmitOutput, taskClaimed, taskQueued } from '@headgate/contracts';
import { type Change, change, Failure, mutateLast, type Tx, newId } from '@headgate/kit';
import type { Handover } from './handover.ts';
import { pin } from './inputs.ts';
import { reserve } from './slots.ts';
import { leavesWork } from './task-state.ts';

type Wanted = JobsSubmitInput['tasks'][number];

const tries = 3;
const backoffMs = 1000;

/** A job as it is about to be written. */
export interface NewJob {
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  readonly run: string;
  readonly key: string | null;
  readonly correlationId: string | null;
  readonly originId: string | null;
  readonly tasks: readonly Wanted[];
}

/** Tasks in an order in which each comes after all that it waits for. Throws a Failure that names what is wrong. */
export function order(tasks: readonly Wanted[]): Wanted[] {
  const refuse = (detail: string) => new Failure('contract.invalid', { detail, where: '/tasks' });
  const left = new Map(tasks.map((task) => [task.name, task]));
  if (left.size < tasks.length) throw refuse('two tasks of a job have one name');
  for (const { name, after = [] } of tasks)
    for (const other of after) if (!left.has(other)) throw refuse(`${name} waits for ${other}, which the job has not`);
  const sorted: Wanted[] = [];
  while (left.size > 0) {
    const ready = [...left.values()].filter(({ after = [] }) => !after.some((other) => left.has(other)));
    if (ready.length === 0) throw refuse(`these tasks wait for each other: ${[...left.keys()].join(', ')}`);
    for (const task of ready) left.delete(task.name);
    sorted.push(...ready);
  }
  return sorted;
}

/**
 * Writes jobs with all their tasks; of a key that is there already, nothing. Throws a unique violation when somebody
 * else writes the same key at this moment: ask again, and it is known. Where keys are hoped to be new (`areNew`) none
 * is looked up, and one that is not ends the same way. Tasks that `handover` finds workers for are theirs at once.
 */
export async function write(
  tx: Tx,
  jobs: readonly NewJob[],
  { areNew = false, handover }: { areNew?: boolean; handover?: Handover } = {},
): Promise<JobsSubmitOutput[]> {
  const known = areNew ? new Map<string, string>() : await byKey(tx, jobs);
  const fresh: NewJob[] = [];
  const answers = jobs.map((job) => {
    const there = job.key === null ? undefined : known.get(job.key);
    if (there !== undefined) return { job: there, created: false };
    if (job.key !== null) known.set(job.key, job.id);
    fresh.push(job);
    return { job: job.id, created: true };
  });
  if (fresh.length === 0) return answers;
  await tx.send(
    `insert into job (org_id, id, project, environment, run_id, idempotency_key, correlation_id, origin_id, open_tasks)
     select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::int[])`,
    [
      tx.org,
      ...(['id', 'project', 'environment', 'run', 'key', 'correlationId', 'originId'] as const).map((field) =>
        fresh.map((job) => job[field]),
      ),
      fresh.map(({ tasks }) => tasks.length),
    ],
  );
  await writeTasks(tx, fresh, handover);
  return answers;
}

async function byKey(tx: Tx, jobs: readonly NewJob[]): Promise<Map<string, string>> {
  const rows = await tx.prepared<{ id: string; key: string }>(
    `select j.id, asked.key from unnest($2::text[]) as asked (key)
     cross join lateral (select id from job where org_id = $1 and idempotency_key = asked.key limit 1) j`,
    [tx.org, jobs.flatMap(({ key }) => key ?? [])],
  );
  return new Map(rows.map(({ id, key }) => [key, id]));
}

interface NewTask {
  readonly job: NewJob;
  readonly task: Wanted;
  readonly id: string;
  readonly ids: ReadonlyMap<string, string>;
  readonly isAwaited: boolean;
  /** Whom it is handed to. */
  readonly worker: string | undefined;
}

function tasksOf(jobs: readonly NewJob[], handover?: Handover): NewTask[] {
  return jobs.flatMap((job) => {
    const ids = new Map(job.tasks.map(({ name }) => [name, newId()]));
    const awaited = new Set(job.tasks.flatMap(({ after = [] }) => after));
    return job.tasks.map((task) => {
      const id = ids.get(task.name)!;
      const worker = mayStart(task) ? handover?.workerFor({ id, operator: task.operator }) : undefined;
      return { job, task, id, ids, isAwaited: awaited.has(task.name), worker };
    });
  });
}

/** Whether nothing but a worker is wanting. What somebody may have to wait for is found out by looks alone. */
const mayStart = ({ after = [], delaySeconds = 0, concurrencyKey, rateKey }: Wanted): boolean =>
  after.length === 0 && delaySeconds === 0 && concurrencyKey === undefined && rateKey === undefined;

async function writeTasks(tx: Tx, jobs: readonly NewJob[], handover?: Handover): Promise<void> {
  const tasks = tasksOf(jobs, handover);
  if (tasks.length === 0) return;
  await tx.send(
    `with written as (
     insert into task (org_id, id, job_id, run_id, correlation_id, project, environment, name, operator, spec, concurrency_key, rate_key, priority,
       max_attempts, backoff_ms, status, attempt, waits_for, is_awaited, run_at, deadline)
     select $1, id, job, run, correlation, project, environment, name, operator, spec, key, rate, priority, tries, backoff,
       case when waits > 0 then 'blocked' when handed then 'leased' else 'queued' end, handed::int, waits, awaited, now() + delay * interval '1 second', now() + deadline * interval '1 second'
     from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::jsonb[],
       $11::text[], $12::text[], $13::int[], $14::int[], $15::int[], $16::int[], $17::bool[], $18::float8[], $19::float8[], $20::bool[])
       as t(id, job, run, correlation, project, environment, name, operator, spec, key, rate, priority, tries, backoff, waits, awaited, delay, deadline, handed)
     returning org_id, id, operator, priority, run_at, concurrency_key, rate_key, status)
     insert into task_offer
     select org_id, id, operator, priority, run_at, concurrency_key, rate_key from written where status = 'queued'`,
    [
      ...[tx.org, tasks.map(({ id }) => id), tasks.map(({ job }) => job.id), tasks.map(({ job }) => job.run)],
      ...[tasks.map(({ job }) => job.correlationId), tasks.map(({ job }) => job.project)],
      ...[tasks.map(({ job }) => job.environment), tasks.map(({ task }) => task.name)],
      ...[tasks.map(({ task }) => task.operator), tasks.map(({ task }) => JSON.stringify(task.spec))],
      ...[tasks.map(({ task }) => task.concurrencyKey ?? null), tasks.map(({ task }) => task.rateKey ?? null)],
      tasks.map(({ task }) => task.priority ?? 0),
      ...[tasks.map(({ task }) => task.maxAttempts ?? tries), tasks.map(({ task }) => task.backoffMs ?? backoffMs)],
      ...[tasks.map(({ task }) => new Set(task.after).size), tasks.map(({ isAwaited }) => isAwaited)],
      ...[tasks.map(({ task }) => task.delaySeconds ?? 0), tasks.map(({ task }) => task.deadlineSeconds ?? null)],
      tasks.map(({ worker }) => worker !== undefined),
    ],
  );
  await pin(tx, tasks);
  const waits = tasks.flatMap(({ id, ids, task }) =>
    [...new Set(task.after)].map((name) => [id, ids.get(name)!] as const),
  );
  if (waits.length > 0)
    await tx.send(
      'insert into task_dependency (org_id, task_id, after_id) select $1, * from unnest($2::uuid[], $3::uuid[])',
      [tx.org, waits.map(([id]) => id), waits.map(([, after]) => after)],
    );
  const handed = tasks.flatMap((task) => (task.worker === undefined ? [] : { ...task, worker: task.worker }));
  if (handed.length > 0) await hand(tx, handed, handover!);
  const ready = tasks.filter(({ task }) => !task.after?.length);
  const isDue = ({ delaySeconds = 0 }: Wanted) => delaySeconds === 0;
  await reserve(
    tx,
    ready.flatMap(({ id, task }) => (isDue(task) ? { id, rate_key: task.rateKey ?? null } : [])),
  );
  if (ready.length > handed.length) tx.told.add(leavesWork);
  await mutateLast(tx, [...ready.map(queued), ...handed.map(claimed)]);
}

type Handed = NewTask & { readonly worker: string };

async function hand(tx: Tx, handed: readonly Handed[], handover: Handover): Promise<void> {
  const { leaseMs } = handover;
  await tx.send(
    `insert into task_lease (org_id, task_id, attempt, worker, until)
     select $1, task, 1, worker, now() + $4 * interval '1 millisecond' from unnest($2::uuid[], $3::text[]) as handed (task, worker)`,
    [tx.org, handed.map(({ id }) => id), handed.map(({ worker }) => worker), leaseMs],
  );
  for (const { job, id, task } of handed) {
    const { project, environment, run } = job;
    const { operator, spec } = task;
    handover.prepare({
      ...{ org: tx.org, project, environment, task: id, job: job.id, run, attempt: 1, operator, spec, leaseMs },
    });
  }
}

const chainOf = ({ correlationId }: NewJob) => (correlationId ? { correlationId } : {});

const queued = ({ job, id, task: { operator } }: NewTask): Change => {
  const { project, environment } = job;
  return change(taskQueued, { project, environment, job: job.id, task: id, operator }, chainOf(job));
};

const claimed = ({ job, id, worker }: Handed): Change => {
  const { project, environment, run } = job;
  return change(taskClaimed, { project, environment, job: job.id, task: id, run, attempt: 1, worker }, chainOf(job));
};
