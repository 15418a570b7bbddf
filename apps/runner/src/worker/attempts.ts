import type { RunRequested } from '@headgate/contracts';
import type { Tx } from '@headgate/kit';
import { isDone } from '../run-progress.ts';
import type { Context } from './context.ts';

/** How the last attempt that set out to build a node left it. */
export interface Standing {
  readonly node: string;
  readonly run: string;
  readonly plan: string | null;
  /** It built it, in a context like ours. Otherwise nobody knows what stands there. */
  readonly stands: boolean;
}

/** A run and those that it goes on with, the newest first. */
export async function chainOf(tx: Tx, run: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `with recursive chain as (
       select id, origin_id, 0 as back from run where id = $1
       union all select r.id, r.origin_id, c.back + 1 from run r join chain c on r.id = c.origin_id)
     select id from chain order by back`,
    [run],
  );
  return rows.map(({ id }) => id);
}

/**
 * Of every node of the environment that runs have touched since the plan was made, what the last of them left. A node
 * that was skipped was not touched; one that was set out for and not heard of again was, for all anybody knows.
 */
export async function standing(tx: Tx, { run }: RunRequested, { engine, variables }: Context): Promise<Standing[]> {
  const rows = await tx.query<{ node: string; run_id: string; plan_id: string; status: string | null; same: boolean }>(
    `select distinct on (n.node) n.node, a.run_id, r.plan_id, k.status, a.engine = $2 and a.variables = $3 as same
     from run this join run_attempt a on a.org_id = this.org_id and a.project = this.project and a.environment = this.environment
       join run r on r.org_id = a.org_id and r.id = a.run_id
       cross join lateral unnest(a.nodes) as n(node)
       left join run_node k on k.org_id = a.org_id and k.run_id = a.run_id and k.attempt = a.attempt and k.node = n.node
     where this.id = $1 and (r.finished_at is null or r.finished_at > coalesce(this.planned_at, this.created_at))
       and k.status is distinct from 'skipped'
     order by n.node, a.started_at desc`,
    [run, engine, variables],
  );
  return rows.map(({ node, run_id, plan_id, status, same }) => ({
    ...{ node, run: run_id, plan: plan_id },
    stands: same && status !== null && isDone(status),
  }));
}

/** In what the last attempt of these runs was another context; undefined when none began, or in the same. */
export async function differsFrom(tx: Tx, runs: readonly string[], context: Context): Promise<string | undefined> {
  const [last] = await tx.query<{ engine: string; variables: string }>(
    'select engine, variables from run_attempt where run_id = any ($1) order by started_at desc limit 1',
    [runs],
  );
  if (!last) return undefined;
  if (last.engine !== context.engine) return `it ran with ${last.engine}, and here is ${context.engine}`;
  return last.variables === context.variables ? undefined : 'the variables of the environment have changed since';
}

interface Attempt {
  readonly attempt: number;
  readonly nodes: readonly string[];
  readonly context: Context;
}

export async function noteAttempt(tx: Tx, run: RunRequested, { attempt, nodes, context }: Attempt): Promise<void> {
  await tx.query(
    `insert into run_attempt (org_id, run_id, attempt, project, environment, engine, variables, nodes)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [tx.org, run.run, attempt, run.project, run.environment, context.engine, context.variables, nodes],
  );
}

/** Nodes that this run need not build. They are no part of what it sets out to. */
export async function keepReused(
  tx: Tx,
  run: string,
  attempt: number,
  by: { readonly run: string; readonly nodes: readonly string[] },
): Promise<void> {
  await tx.query(
    `insert into run_node (org_id, run_id, node, attempt, status, finished_at, message)
     select $1, $2, node, $3, 'reused', now(), $5 from unnest($4::text[]) as n(node) on conflict do nothing`,
    [tx.org, run, attempt, by.nodes, `run ${by.run} built it at the same inputs`],
  );
}
