import { type Lease, taskClaimed } from '@headgate/contracts';
import { type Call, type Change, change, type Database, type Infra, mutateAll } from '@headgate/kit';

export interface Candidate extends Record<string, unknown> {
  readonly org_id: string;
  readonly id: string;
  readonly concurrency_key: string | null;
}

/**
 * Organizations with work are found by skipping through the index of what is queued, and of each only as much is read
 * as may be wanted: the cost does not grow with a backlog. The organization with the fewest tasks in hand comes first,
 * so that one that asks for much does not delay the others; within one, priority and then age decide.
 */
const fair = `
  with recursive lanes as (
    (select org_id, operator from task where status = 'queued' order by org_id, operator limit 1)
    union all
    select next.org_id, next.operator from lanes l cross join lateral (
      select t.org_id, t.operator from task t where t.status = 'queued' and (t.org_id, t.operator) > (l.org_id, l.operator)
      order by t.org_id, t.operator limit 1) next),
  hand as (select org_id, count(*) as n from task_lease group by org_id),
  waiting as (
    select w.*, row_number() over (partition by w.org_id order by w.priority desc, w.run_at, w.id) + coalesce(h.n, 0) as turn
    from lanes l left join hand h on h.org_id = l.org_id cross join lateral (
      select t.org_id, t.id, t.concurrency_key, t.priority, t.run_at from task t
      where t.status = 'queued' and t.org_id = l.org_id and t.operator = l.operator and t.run_at <= now()
        and (t.concurrency_key is null or not exists (
      select 1 from task b where b.status = 'leased' and b.org_id = t.org_id and b.concurrency_key = t.concurrency_key))
      order by t.priority desc, t.run_at, t.id limit $2) w
    where l.operator = any ($1))
  select org_id, id, concurrency_key from waiting order by turn, priority desc, run_at, id limit $2`;

/** What to lease next, over all organizations: of one concurrency key, one. */
export async function candidates(infra: Infra, operators: readonly string[], most: number): Promise<Candidate[]> {
  const found = await infra.query<Candidate>(fair, [operators, most]);
  const taken = new Set<string>();
  return found.filter(({ org_id, concurrency_key }) => {
    if (concurrency_key === null) return true;
    const key = `${org_id} ${concurrency_key}`;
    return !taken.has(key) && taken.add(key);
  });
}

const pick = `
  select t.id from task t where t.org_id = $1 and t.id = any ($2) and t.status = 'queued' and t.run_at <= now()
    and (t.concurrency_key is null or not exists (
      select 1 from task b where b.status = 'leased' and b.org_id = t.org_id and b.concurrency_key = t.concurrency_key))
  order by t.id for update skip locked`;

const take = `
  with claimed as (
    update task t set status = 'leased', attempt = t.attempt + 1 from unnest($2::uuid[], $3::text[]) as a(id, worker)
    where t.org_id = $1 and t.id = a.id
    returning t.id, t.job_id, t.project, t.environment, t.operator, t.spec, t.attempt, a.worker),
  leased as (
    insert into task_lease (org_id, task_id, attempt, worker, until)
    select $1, id, attempt, worker, now() + $4 * interval '1 millisecond' from claimed)
  select c.*, j.run_id, j.correlation_id from claimed c join job j on j.org_id = $1 and j.id = c.job_id`;

interface Row {
  readonly id: string;
  readonly job_id: string;
  readonly project: string;
  readonly environment: string;
  readonly operator: string;
  readonly spec: Record<string, unknown>;
  readonly attempt: number;
  readonly worker: string;
  readonly run_id: string;
  readonly correlation_id: string | null;
}

/** Leases tasks of one organization to workers; what another one was faster with is left out. */
export function lease(
  database: Database,
  call: Call,
  asked: readonly { readonly id: string; readonly worker: string }[],
  leaseMs: number,
): Promise<{ task: string; lease: Lease }[]> {
  const workers = new Map(asked.map(({ id, worker }) => [id, worker]));
  return database.write(call, async (tx) => {
    const free = await tx.prepared<{ id: string }>(pick, [tx.org, [...workers.keys()]]);
    // Not one row touched, and nothing to tell: the database wants a leaf of all who so much as tried to change some.
    if (free.length === 0) return [];
    const rows = await tx.prepared<Row>(take, [
      ...[tx.org, free.map(({ id }) => id), free.map(({ id }) => workers.get(id)), leaseMs],
    ]);
    await mutateAll(tx, rows.map(claimed));
    return rows.map(({ id: task, job_id: job, run_id: run, project, environment, attempt, operator, spec }) => ({
      task,
      lease: { org: tx.org, project, environment, task, job, run, attempt, operator, spec, leaseMs },
    }));
  });
}

function claimed(row: Row): Change {
  const { id: task, job_id: job, run_id: run, project, environment, attempt, worker, correlation_id } = row;
  const data = { project, environment, job, task, run, attempt, worker };
  return change(taskClaimed, data, correlation_id ? { correlationId: correlation_id } : {});
}
