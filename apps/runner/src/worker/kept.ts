import type { RunRequested } from '@headgate/contracts';
import type { Tx } from '@headgate/kit';
import type { LogLine } from './dbt-log.ts';

/** Whose lines and nodes they are. */
export interface Attempt extends Pick<RunRequested, 'project' | 'environment' | 'run' | 'kind'> {
  readonly attempt: number;
}

/** Answers the number of the last line. */
export async function keepLines(tx: Tx, { run, attempt }: Attempt, lines: LogLine[]): Promise<number> {
  const kept = await tx.query<{ seq: string }>(
    `insert into run_log (org_id, run_id, at, attempt, level, node, event, text)
     select $1, $2, l.at, $3, l.level, l.node, l.event, l.text
     from jsonb_to_recordset($4::jsonb) as l(at timestamptz, level text, node text, event text, text text)
     returning seq`,
    [tx.org, run, attempt, JSON.stringify(lines)],
  );
  return kept.reduce((last, { seq }) => Math.max(last, Number(seq)), 0);
}

/** What became known of nodes, beside what was known before. `last`: the line behind which they are found. */
export async function keepNodes(tx: Tx, { run, attempt }: Attempt, nodes: object[], last: number): Promise<void> {
  await tx.query(
    `insert into run_node as known (org_id, run_id, node, attempt, status, started_at, finished_at, duration_ms, rows, relation, message, seq)
     select $1, $2, n.node, $3, n.status, n."startedAt", n."finishedAt", n."durationMs", n.rows, n.relation, n.message, $5
     from jsonb_to_recordset($4::jsonb) as n(node text, status text, "startedAt" timestamptz, "finishedAt" timestamptz, "durationMs" bigint, rows bigint, relation text, message text)
     on conflict (org_id, run_id, node, attempt) do update set status = excluded.status, seq = excluded.seq,
       started_at = coalesce(excluded.started_at, known.started_at), finished_at = coalesce(excluded.finished_at, known.finished_at),
       duration_ms = coalesce(excluded.duration_ms, known.duration_ms), rows = coalesce(excluded.rows, known.rows),
       relation = coalesce(excluded.relation, known.relation), message = coalesce(excluded.message, known.message)`,
    [tx.org, run, attempt, JSON.stringify(nodes), last],
  );
}

/** How nodes do in their environment, as of its newest run that reached them: an older one that is late changes nothing. */
export async function keepStates(tx: Tx, of: Attempt, nodes: object[], last: number): Promise<void> {
  const { project, environment, run } = of;
  await tx.query(
    `insert into node_state as known (org_id, project, environment, node, run_id, status, seq, finished_at, duration_ms)
     select $1, $2, $3, n.node, $4, n.status, $6, n."finishedAt", n."durationMs"
     from jsonb_to_recordset($5::jsonb) as n(node text, status text, "finishedAt" timestamptz, "durationMs" bigint)
     on conflict (org_id, project, environment, node) do update set run_id = excluded.run_id, status = excluded.status,
       seq = excluded.seq, finished_at = excluded.finished_at, duration_ms = excluded.duration_ms
     where known.run_id <= excluded.run_id`,
    [tx.org, project, environment, run, JSON.stringify(nodes), last],
  );
}
