import { type Lease, taskClaimed } from '@headgate/contracts';
import { type Call, type Change, change, type Database, type Infra, mutateLast, type Tx } from '@headgate/kit';
import { admit, putOff } from './slots.ts';

export interface Candidate extends Record<string, unknown> {
  readonly org_id: string;
  readonly id: string;
  readonly concurrency_key: string | null;
  readonly rate_key: string | null;
}

/**
 * Organizations with work are found by skipping through the index of what is offered, and of each only as much is read
 * as may be wanted: the cost does not grow with a backlog. The organization with the fewest tasks in hand comes first,
 * so that one that asks for much does not delay the others; within one, priority and then age decide. `operator <> ''`,
 * which is so of all, lets the index be used (see its migration).
 */
const fair = `
  with recursive lanes as (
    (select org_id, operator from task_offer where operator <> '' order by org_id, operator limit 1)
    union all
    select next.org_id, next.operator from lanes l cross join lateral (
      select o.org_id, o.operator from task_offer o
      where (o.org_id, o.operator) > (l.org_id, l.operator) and o.operator <> '' order by o.org_id, o.operator limit 1) next),
  hand as (select org_id, count(*) as n from task_lease group by org_id),
  waiting as (
    select w.*, row_number() over (partition by w.org_id order by w.priority desc, w.run_at, w.task_id) + coalesce(h.n, 0) as turn
    from lanes l left join hand h on h.org_id = l.org_id cross join lateral (
      select o.* from task_offer o
      where o.org_id = l.org_id and o.operator = l.operator and o.operator <> '' and o.run_at <= now() and o.task_id <> all ($3)
        and (o.concurrency_key is null or not exists (
          select 1 from task_lease b where b.org_id = o.org_id and b.concurrency_key = o.concurrency_key))
      order by o.priority desc, o.run_at limit $2) w
    where l.operator = any ($1)
    order by turn, priority desc, run_at, task_id limit $2)
  select org_id, task_id as id, concurrency_key, rate_key from waiting order by turn, priority desc, run_at, task_id`;

/** What to lease next, over all organizations and apart from what is being leased already: of one concurrency key, one. */
export async function candidates(
  infra: Infra,
  operators: readonly string[],
  most: number,
  underway: ReadonlyMap<string, Candidate>,
): Promise<Candidate[]> {
  const found = await infra.query<Candidate>(fair, [operators, most, [...underway.keys()]]);
  const taken = new Set([...underway.values()].map(keyOf));
  return found.filter((candidate) => {
    if (candidate.concurrency_key === null) return true;
    const key = keyOf(candidate);
    return !taken.has(key) && taken.add(key);
  });
}

const keyOf = ({ org_id, concurrency_key }: Candidate): string => `${org_id} ${concurrency_key}`;

/**
 * What is in somebody's hands is left out, and so is what is no longer offered, or not yet again: the task's lock is its
 * offer's as well, and the offer as it stands then says whether the task is due. A key that is taken is refused by its
 * index. Nothing is joined: a plan that was made for empty tables could not tell how.
 */
const take = `
  with free as materialized (
    select id from task where org_id = $1 and id = any ($2::uuid[]) and status = 'queued' for no key update skip locked),
  gone as (
    delete from task_offer where org_id = $1 and task_id = any (array(select id from free)) and run_at <= clock_timestamp()
    returning task_id),
  claimed as (
    update task t set status = 'leased', attempt = t.attempt + 1
    where t.org_id = $1 and t.id = any (array(select task_id from gone))
    returning t.id, t.job_id, t.run_id, t.correlation_id, t.project, t.environment, t.operator, t.spec, t.attempt,
      t.concurrency_key),
  leased as (
    insert into task_lease (org_id, task_id, attempt, worker, until, concurrency_key)
    select $1, id, attempt, ($3::text[])[array_position($2, id)], now() + $4 * interval '1 millisecond', concurrency_key
    from claimed)
  select * from claimed`;

interface Row {
  readonly id: string;
  readonly job_id: string;
  readonly run_id: string;
  readonly correlation_id: string | null;
  readonly project: string;
  readonly environment: string;
  readonly operator: string;
  readonly spec: Record<string, unknown>;
  readonly attempt: number;
}

class Nothing extends Error {}

interface Asked {
  readonly candidate: Candidate;
  readonly worker: string;
}

interface Leased {
  readonly task: string;
  readonly lease: Lease;
  readonly told: Change;
}

/** Leases tasks of one organization to workers; what another one was faster with is left out. */
export async function lease(
  database: Database,
  call: Call,
  asked: readonly Asked[],
  leaseMs: number,
): Promise<readonly Leased[]> {
  try {
    return await database.write(call, async (tx) => {
      const may = await admit(tx, asked);
      if (may.length === 0) {
        // Those that may not start now were put off, which stands.
        if (tx.told.has(putOff)) return [];
        throw new Nothing();
      }
      const leased = await takeAll(tx, may, leaseMs);
      // Nothing to tell: the database wants a leaf of all who so much as tried to change some, so it is taken back.
      if (leased.length === 0) throw new Nothing();
      await mutateLast(
        tx,
        leased.map(({ told }) => told),
      );
      return leased;
    });
  } catch (error) {
    if (error instanceof Nothing) return [];
    throw error;
  }
}

/** The same within a transaction, for tasks without a rate key. What it answers is still to be told. */
export async function takeAll(tx: Tx, asked: readonly Asked[], leaseMs: number): Promise<readonly Leased[]> {
  if (asked.length === 0) return [];
  const workers = new Map(asked.map(({ candidate, worker }) => [candidate.id, worker]));
  // In one order for everybody, since the offers' locks are waited for.
  const ids = [...workers.keys()].sort();
  const rows = await tx.prepared<Row>(take, [tx.org, ids, ids.map((id) => workers.get(id)), leaseMs]);
  return rows.map((row) => {
    const { id: task, job_id: job, run_id: run, project, environment, attempt, operator, spec } = row;
    const own = { org: tx.org, project, environment, task, job, run, attempt, operator, spec, leaseMs };
    return { task, lease: own, told: claimed(row, workers.get(task)!) };
  });
}

function claimed(row: Row, worker: string): Change {
  const { id: task, job_id: job, run_id: run, project, environment, attempt, correlation_id } = row;
  const data = { project, environment, job, task, run, attempt, worker };
  return change(taskClaimed, data, correlation_id ? { correlationId: correlation_id } : {});
}
