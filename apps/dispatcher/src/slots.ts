import type { Tx } from '@headgate/kit';
import { grouped } from './coalescer.ts';
import { admit as admitted, type Limit, type Pace, relimited, slots } from './rate.ts';
import { leavesWork } from './task-state.ts';

/** Is told with the commit of a transaction that put tasks off: somebody has to look when their time comes. */
export const putOff = 'slots';

interface Row extends Limit {
  readonly key: string;
  readonly started_us: string;
  readonly refused_us: string;
  readonly slotted_us: string;
  readonly now_us: string;
}

interface Known {
  readonly limit: Limit;
  readonly pace: Pace;
  /** The database's clock once the key was locked, µs. */
  readonly now: number;
}

const lockAll = `
  with locked as materialized (
    select p.*, l.starts, l.seconds, l.burst from rate_pace p join rate_limit l on l.org_id = p.org_id and l.key = p.key
    where p.org_id = $1 and p.key = any ($2) order by p.key for update)
  select *, (extract(epoch from clock_timestamp()) * 1000000)::bigint as now_us from locked`;

/** Of these keys those that have a limit, locked until the end of the transaction. */
async function lockKeys(tx: Tx, keys: Iterable<string>): Promise<Map<string, Known>> {
  const rows = await tx.prepared<Row>(lockAll, [tx.org, [...new Set(keys)].sort()]);
  return new Map(
    rows.map(({ key, starts, seconds, burst, started_us, refused_us, slotted_us, now_us }) => {
      const pace = { started: Number(started_us), refused: Number(refused_us), slotted: Number(slotted_us) };
      return [key, { limit: { starts, seconds, burst }, pace, now: Number(now_us) }];
    }),
  );
}

/** Tasks and when they come again, µs. */
type PutOff = (readonly [id: string, us: number])[];

async function save(tx: Tx, paces: ReadonlyMap<string, Pace>, later: PutOff): Promise<void> {
  const all = [...paces.values()];
  await tx.send(
    `update rate_pace p set started_us = n.started, refused_us = n.refused, slotted_us = n.slotted
     from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) as n (key, started, refused, slotted)
     where p.org_id = $1 and p.key = n.key`,
    [
      ...[tx.org, [...paces.keys()], all.map(({ started }) => started)],
      ...[all.map(({ refused }) => refused), all.map(({ slotted }) => slotted)],
    ],
  );
  if (later.length === 0) return;
  await tx.send(
    `update task_offer o set run_at = timestamptz 'epoch' + n.us * interval '1 microsecond'
     from unnest($2::uuid[], $3::bigint[]) as n (id, us) where o.org_id = $1 and o.task_id = n.id`,
    [tx.org, later.map(([id]) => id), later.map(([, us]) => us)],
  );
  tx.told.add(putOff);
}

/** A task that is offered from now on. */
export interface Ready {
  readonly id: string;
  readonly rate_key: string | null;
}

/**
 * Gives each task that became ready the next slot of its key, if that has a limit. One that waits for something else
 * first (a delay, a backoff) gets none: it would keep the others back, and is judged when it is to start.
 */
export async function reserve(tx: Tx, ready: readonly Ready[]): Promise<void> {
  const keyed = ready.flatMap(({ id, rate_key: key }) => (key === null ? [] : { id, key }));
  if (keyed.length === 0) return;
  const byKey = grouped(keyed, ({ key }) => key);
  const paces = new Map<string, Pace>();
  const later: PutOff = [];
  for (const [key, { limit, pace, now }] of await lockKeys(tx, byKey.keys())) {
    const tasks = byKey.get(key)!;
    const given = slots(pace, limit, now, tasks.length);
    paces.set(key, given.pace);
    later.push(...tasks.flatMap(({ id }, n) => (given.times[n]! > now ? [[id, given.times[n]!] as const] : [])));
  }
  if (paces.size > 0) await save(tx, paces, later);
}

interface Seen {
  readonly candidate: { readonly id: string; readonly rate_key: string | null };
}

/**
 * Of the tasks that are about to be leased those that may start now. The others are put off, which stands when the
 * transaction commits. Their offers are locked, and one that is not due any more is left out.
 */
export async function admit<T extends Seen>(tx: Tx, seen: readonly T[]): Promise<readonly T[]> {
  const keyed = seen.filter(({ candidate }) => candidate.rate_key !== null);
  if (keyed.length === 0) return seen;
  const offers = await tx.prepared<{ id: string }>(
    `select task_id as id from task_offer
     where org_id = $1 and task_id = any ($2) and run_at <= clock_timestamp() order by task_id for update skip locked`,
    [tx.org, keyed.map(({ candidate }) => candidate.id)],
  );
  const due = new Set(offers.map(({ id }) => id));
  const here = keyed.filter(({ candidate }) => due.has(candidate.id));
  const byKey = grouped(here, ({ candidate }) => candidate.rate_key!);
  const paces = new Map<string, Pace>();
  const later: PutOff = [];
  for (const [key, { limit, pace, now }] of await lockKeys(tx, byKey.keys())) {
    const tasks = byKey.get(key)!;
    const judged = admitted(pace, limit, now, tasks.length);
    paces.set(key, judged.pace);
    later.push(...tasks.slice(judged.free).map(({ candidate }, n) => [candidate.id, judged.again[n]!] as const));
  }
  if (paces.size > 0) await save(tx, paces, later);
  // Somebody else's task may wait behind those that were put off.
  if (later.length > 0) tx.told.add(leavesWork);
  const out = new Set(later.map(([id]) => id));
  const may = new Set(here.filter(({ candidate }) => !out.has(candidate.id)));
  return seen.filter((each) => each.candidate.rate_key === null || may.has(each));
}

/** After a key's limit has changed, or is gone: what waits is lined up as if it had become ready now. */
export async function realign(tx: Tx, key: string): Promise<void> {
  // What is being leased at this moment is left out; its start is judged already.
  const waiting = await tx.query<Waiting>(
    `with waiting as materialized (
       select o.task_id, o.priority, o.run_at from task_offer o where o.org_id = $1 and o.rate_key = $2 for update skip locked)
     update task_offer o set run_at = t.run_at from waiting w cross join lateral (
       select run_at from task where org_id = $1 and id = w.task_id limit 1) t
     where o.org_id = $1 and o.task_id = w.task_id
     returning o.task_id as id, o.rate_key, o.run_at <= now() as is_due, o.priority, w.run_at as was`,
    [tx.org, key],
  );
  const [known] = (await lockKeys(tx, [key])).values();
  tx.told.add(putOff).add(leavesWork);
  if (!known) return;
  await save(tx, new Map([[key, relimited(known.pace, known.limit, known.now)]]), []);
  await reserve(tx, inTurn(waiting));
}

interface Waiting extends Ready {
  readonly is_due: boolean;
  readonly priority: number;
  readonly was: Date;
}

const inTurn = (waiting: readonly Waiting[]): Ready[] =>
  waiting
    .filter(({ is_due }) => is_due)
    .sort((a, b) => b.priority - a.priority || a.was.getTime() - b.was.getTime() || (a.id < b.id ? -1 : 1));
