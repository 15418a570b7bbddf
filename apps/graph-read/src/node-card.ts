import type { NodeCard, NodeStatus } from '@headgate/contracts';
import type { GraphNode } from '@headgate/graph';
import type { Tx } from '@headgate/kit';
import type { Place } from './graphs.ts';

const tagsShown = 20;

export function cardOf(node: GraphNode, more: { depth?: number; status?: NodeStatus | undefined } = {}): NodeCard {
  const { relation } = node;
  return {
    id: node.id,
    type: node.type,
    name: node.name,
    package: node.package,
    tags: (node.tags ?? []).slice(0, tagsShown),
    columns: node.columns?.length ?? 0,
    ...(more.depth !== undefined && { depth: more.depth }),
    ...(node.materialized && { materialization: node.materialized }),
    ...(node.owner && { owner: node.owner }),
    ...(node.group && { group: node.group }),
    ...(node.access && { access: node.access }),
    ...(relation?.database && { database: relation.database }),
    ...(relation?.schema && { schema: relation.schema }),
    ...(node.path && { path: node.path }),
    ...(more.status && { status: more.status }),
  };
}

interface StatusRow {
  node: string;
  status: string;
  run: string;
  finished_at: Date | null;
  duration_ms: string | null;
}

/** How each of these nodes ended the last time it ran; nodes that never ran are not in the map. */
export async function lastStatuses(
  tx: Tx,
  { project, environment }: Place,
  ids: readonly string[],
): Promise<Map<string, NodeStatus>> {
  const rows = await tx.query<StatusRow>(
    `select r.* from unnest($3::text[]) as wanted(node) cross join lateral (
       select node, status, run, finished_at, duration_ms from node_run n
       where n.project = $1 and n.environment = $2 and n.node = wanted.node
       order by finished_at desc nulls last, run desc limit 1) r`,
    [project, environment, ids],
  );
  return new Map(rows.map((row) => [row.node, statusOf(row)]));
}

export const statusOf = ({ status, run, finished_at, duration_ms }: Omit<StatusRow, 'node'>): NodeStatus => ({
  status,
  run,
  ...(finished_at && { finishedAt: finished_at.toISOString() }),
  ...(duration_ms !== null && { durationMs: Number(duration_ms) }),
});
