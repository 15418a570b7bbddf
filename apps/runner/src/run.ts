import type { Run, RunRequested } from '@headgate/contracts';
import { Failure, type Tx } from '@headgate/kit';

/** A run as its table has it, with its nodes counted by status, each as its last attempt left it. */
export interface RunState {
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  readonly kind: Run['kind'];
  readonly status: Run['status'];
  readonly plan_id: string | null;
  readonly document: string | null;
  readonly revision: string;
  readonly stages: RunRequested['stages'];
  readonly requested_by: string;
  readonly attempt: number;
  readonly reason: string | null;
  readonly cancel_requested: boolean;
  readonly artifacts: Run['artifacts'];
  readonly created_at: Date;
  readonly key_at: string;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly counts: Record<string, number>;
  readonly origin_id: string | null;
  readonly resumed_by: string | null;
  readonly planned_at: Date | null;
}

/** With the time as text for cursors: a Date has no microseconds, and a page would skip what lies between. */
export const runColumns = `r.*, r.created_at::text as key_at,
  (select s.id from run s where s.org_id = r.org_id and s.origin_id = r.id) as resumed_by,
  coalesce((select jsonb_object_agg(c.status, c.n) from (
    select l.status, count(*) as n from (
      select distinct on (n.node) n.status from run_node n
      where n.org_id = r.org_id and n.run_id = r.id order by n.node, n.attempt desc) l group by l.status) c), '{}') as counts`;

/** Of a node's rows in one run only that of its last attempt is shown: attempts go on with each other. */
export const isLatest = `not exists (select 1 from run_node later
  where later.org_id = n.org_id and later.run_id = n.run_id and later.node = n.node and later.attempt > n.attempt)`;

export async function findRun(tx: Tx, id: string): Promise<RunState> {
  const [run] = await tx.query<RunState>(`select ${runColumns} from run r where id = $1`, [id]);
  if (run) return run;
  throw new Failure('not-found', { detail: `there is no run ${id}`, where: '/run', hint: 'headgate runs lists them' });
}

export const hasEnded = ({ status }: Pick<RunState, 'status'>): boolean => !['requested', 'running'].includes(status);

export const shownRun = (run: RunState): Run => ({
  project: run.project,
  environment: run.environment,
  id: run.id,
  kind: run.kind,
  status: run.status,
  revision: run.revision,
  requestedBy: run.requested_by,
  createdAt: run.created_at.toISOString(),
  attempt: run.attempt,
  cancelRequested: run.cancel_requested,
  counts: run.counts,
  artifacts: run.artifacts,
  ...(run.plan_id && { plan: run.plan_id }),
  ...(run.origin_id && { origin: run.origin_id }),
  ...(run.resumed_by && { resumedBy: run.resumed_by }),
  ...(run.started_at && { startedAt: run.started_at.toISOString() }),
  ...(run.finished_at && { finishedAt: run.finished_at.toISOString() }),
  ...(run.reason && { reason: run.reason }),
});
