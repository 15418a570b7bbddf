import type { NodeRun, NodeOutcome, RunLine, RunNode } from '@headgate/contracts';

export interface NodeRow {
  run_id: string;
  seq: string;
  node: string;
  status: string;
  attempt: number;
  started_at: Date | null;
  finished_at: Date | null;
  duration_ms: string | null;
  rows: string | null;
  relation: string | null;
  message: string | null;
}

export interface LineRow {
  seq: string;
  at: Date;
  attempt: number;
  level: string;
  node: string | null;
  event: string | null;
  text: string;
}

export interface StateRow {
  node: string;
  run_id: string;
  seq: string;
  status: string;
  finished_at: Date | null;
  duration_ms: string | null;
}

/** Words of dbt for a node that stands as its code says. */
const done = ['success', 'pass', 'warn'];
/** Words for a node that dbt is not done with. */
export const underway = ['started', 'compiling', 'executing'];

export const isDone = (status: string): boolean => done.includes(status);
export const isUnderway = (status: string): boolean => underway.includes(status);

export const shownNode = ({
  node,
  seq,
  status,
  attempt,
  started_at,
  finished_at,
  duration_ms,
  rows,
  relation,
  message,
}: NodeRow): RunNode => ({
  node,
  seq: Number(seq),
  status,
  attempt,
  ...(started_at && { startedAt: started_at.toISOString() }),
  ...(finished_at && { finishedAt: finished_at.toISOString() }),
  ...(duration_ms !== null && { durationMs: Number(duration_ms) }),
  ...(rows !== null && { rows: Number(rows) }),
  ...(relation && { relation }),
  ...(message && { message }),
});

export function shownNodeRun(row: NodeRow): NodeRun {
  const { seq: _, relation: __, ...node } = shownNode(row);
  return { ...node, run: row.run_id };
}

export const shownOutcome = ({ node, run_id, seq, status, finished_at, duration_ms }: StateRow): NodeOutcome => ({
  node,
  run: run_id,
  seq: Number(seq),
  status,
  ...(finished_at && { finishedAt: finished_at.toISOString() }),
  ...(duration_ms !== null && { durationMs: Number(duration_ms) }),
});

export const shownLine = ({ seq, at, attempt, level, node, event, text }: LineRow): RunLine => ({
  seq: Number(seq),
  at: at.toISOString(),
  attempt,
  level,
  text,
  ...(node && { node }),
  ...(event && { event }),
});
