import { Injectable } from '@nestjs/common';
import type {
  RunsHistoryInput,
  RunsHistoryOutput,
  RunsNodesInput,
  RunsNodesOutput,
  RunsStatesInput,
  RunsStatesOutput,
} from '@headgate/contracts';
import { type Call, cursorOf, Database, fitting, keyOf, pageOf } from '@headgate/kit';
import { findRun } from './run.ts';
import { type NodeRow, shownNode, shownNodeRun, shownOutcome, type StateRow } from './run-progress.ts';

/** How nodes do: in one run, lately, and over time. */
@Injectable()
export class NodeHistory {
  constructor(private readonly database: Database) {}

  /** In the order in which they last changed: whoever pages through while the run goes on misses none. */
  nodes({ run, after = 0, cursor, limit = 1000 }: RunsNodesInput, call: Call): Promise<RunsNodesOutput> {
    const [seq, node] = keyOf(cursor, 2) ?? [after, null];
    return this.database.read(call, async (tx) => {
      const { attempt } = await findRun(tx, run);
      const rows = await tx.query<NodeRow>(
        `select * from run_node where run_id = $1 and attempt = $2
           and (seq > $3 or (seq = $3 and node > $4)) order by seq, node limit $5`,
        [run, attempt, seq, node ?? (after === 0 ? '' : null), limit + 1],
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
        `select n.* from run_node n join run r on r.org_id = n.org_id and r.id = n.run_id and r.attempt = n.attempt
         where n.node = $1 and r.project = $2 and r.environment = $3 and r.kind = 'plan'
           and ($4::uuid is null or n.run_id < $4) order by n.run_id desc limit $5`,
        [asset, project, environment, before ?? null, limit + 1],
      );
      return pageOf(rows, limit, ({ run_id }) => [run_id], shownNodeRun);
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
