import { Injectable } from '@nestjs/common';
import type {
  RunsHistoryInput,
  RunsHistoryOutput,
  RunsNodesInput,
  RunsNodesOutput,
  RunsOutcomesInput,
  RunsOutcomesOutput,
  RunsStatesInput,
  RunsStatesOutput,
} from '@headgate/contracts';
import { type Call, cursorOf, Database, fitting, keyOf, pageOf } from '@headgate/kit';
import { findRun, isLatest } from './run.ts';
import { type NodeRow, shownNode, shownNodeRun, shownOutcome, type StateRow, underway } from './run-progress.ts';

/** How nodes do: in one run, lately, and over time. */
@Injectable()
export class NodeHistory {
  constructor(private readonly database: Database) {}

  /** In the order in which they last changed: whoever pages through while the run goes on misses none. */
  nodes({ run, after = 0, cursor, limit = 1000 }: RunsNodesInput, call: Call): Promise<RunsNodesOutput> {
    const [seq, node] = keyOf(cursor, 2) ?? [after, null];
    return this.database.read(call, async (tx) => {
      await findRun(tx, run);
      const rows = await tx.query<NodeRow>(
        `select n.* from run_node n where run_id = $1 and ${isLatest}
           and (seq > $2 or (seq = $2 and node > $3)) order by seq, node limit $4`,
        [run, seq, node ?? (after === 0 ? '' : null), limit + 1],
      );
      const shown = fitting(rows.slice(0, limit), ({ message }) => message);
      const last = shown.at(-1);
      const next = last && shown.length < rows.length && { next: cursorOf([last.seq, last.node]) };
      return { items: shown.map(shownNode), ...next };
    });
  }

  /** The last attempt of each run counts. */
  history(input: RunsHistoryInput, call: Call): Promise<RunsHistoryOutput> {
    const { project, environment, asset, cursor, limit = 50 } = input;
    const [before] = keyOf(cursor, 1) ?? [];
    return this.database.read(call, async (tx) => {
      const rows = await tx.query<NodeRow>(
        `select n.* from run_node n join run r on r.org_id = n.org_id and r.id = n.run_id and ${isLatest}
         where n.node = $1 and r.project = $2 and r.environment = $3 and r.kind = 'plan'
           and ($4::uuid is null or n.run_id < $4) order by n.run_id desc limit $5`,
        [asset, project, environment, before ?? null, limit + 1],
      );
      return pageOf(rows, limit, ({ run_id }) => [run_id], shownNodeRun);
    });
  }

  /** As the planner takes them into its state. What was cut off may have been built, or half of it: nobody knows. */
  outcomes({ run, cursor, limit = 1000 }: RunsOutcomesInput, call: Call): Promise<RunsOutcomesOutput> {
    const [after] = keyOf(cursor, 1) ?? [''];
    return this.database.read(call, async (tx) => {
      const rows = await tx.query<NodeRow>(
        `select * from (
           select distinct on (s.node) s.node, a.run_id, a.attempt, coalesce(n.seq, 0) as seq,
             case when n.status is null or n.status = any ($4) then 'interrupted' else n.status end as status,
             n.started_at, n.finished_at, n.duration_ms, n.rows, n.relation, null as message
           from run_attempt a cross join lateral unnest(a.nodes) as s(node)
             left join run_node n on n.org_id = a.org_id and n.run_id = a.run_id and n.attempt = a.attempt and n.node = s.node
           where a.run_id = $1 and s.node > $2 order by s.node, a.attempt desc) o order by node limit $3`,
        [run, after, limit + 1, underway],
      );
      return pageOf(rows, limit, ({ node }) => [node], shownNode);
    });
  }

  states(input: RunsStatesInput, call: Call): Promise<RunsStatesOutput> {
    const { project, environment, after = 0, status, cursor, limit = 1000 } = input;
    const [seq, node] = keyOf(cursor, 2) ?? [after, null];
    return this.database.read(call, async (tx) => {
      const rows = await tx.query<StateRow>(
        `select * from node_state where project = $1 and environment = $2 and ($3::text is null or status = $3)
           and (seq > $4 or (seq = $4 and node > $5)) order by seq, node limit $6`,
        [project, environment, status ?? null, seq, node, limit + 1],
      );
      return pageOf(rows, limit, (row) => [row.seq, row.node], shownOutcome);
    });
  }
}
