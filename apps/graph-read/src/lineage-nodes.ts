import type { LineageNode, LineageState } from '@headgate/contracts';
import { urnOf } from '@headgate/graph';
import type { Tx } from '@headgate/kit';
import type { End } from './lineage-decisions.ts';

interface Place {
  readonly project: string;
  readonly environment: string;
}

/** Where lineage stands, which computation is the visible one, and the platform that relations are of. */
export interface Visible {
  readonly state: LineageState;
  readonly version: string | null;
  readonly platform: string;
}

interface StateRow {
  status: LineageState['status'];
  reason: string | null;
  shown: string | null;
  seq: string | null;
  manifest: string | null;
  snapshot: string | null;
  nodes: number;
  edges: number;
  platform: string | null;
  updated_at: Date;
}

/** An environment without a graph has none to compute. */
export async function stateOf(tx: Tx, { project, environment }: Place): Promise<Visible> {
  const [row] = await tx.query<StateRow>(
    `select l.*, s.snapshot from lineage_state l
     left join graph_snapshot s on s.project = l.project and s.environment = l.environment and s.seq = l.seq
     where l.project = $1 and l.environment = $2`,
    [project, environment],
  );
  if (!row) return { state: { status: 'none', reason: 'no graph yet' }, version: null, platform: 'unknown' };
  const { status, reason, shown, seq, manifest, snapshot, nodes, edges, platform, updated_at } = row;
  const state: LineageState = {
    ...{ status, nodes, edges, updatedAt: updated_at.toISOString() },
    ...(reason && { reason }),
    ...(snapshot && { snapshot }),
    ...(manifest && { manifest }),
    ...(seq && { seq: Number(seq) }),
  };
  return { state, version: shown, platform: platform ?? 'unknown' };
}

interface NodeRow {
  node: string;
  type: string | null;
  name: string | null;
  relation: string | null;
  status: LineageNode['status'] | null;
  notes: LineageNode['notes'] | null;
}

/** What is known of the nodes at these ends, each once. */
export async function nodesOf(tx: Tx, place: Place, ends: readonly End[]): Promise<LineageNode[]> {
  const byUrn = new Map(ends.map((end) => [end.urn, end]));
  const ids = [...byUrn.values()].flatMap(({ node }) => (node ? [node] : []));
  const rows = await nodeRows(tx, place, 'w.node = any ($3)', [ids]);
  const known = new Map(rows.map((row) => [row.node, row]));
  return [...byUrn.values()].map(({ urn, node }) => {
    const row = node ? known.get(node) : undefined;
    return row ? shownNode(place.project, row) : { urn, name: nameIn(urn), status: 'relation' as const, notes: [] };
  });
}

/** The nodes whose SQL was not wholly understood, worst first. */
export async function nodesUnclear(tx: Tx, place: Place, limit: number): Promise<LineageNode[]> {
  const rows = await nodeRows(tx, place, `l.status in ('failed', 'none', 'partial')`, [], limit);
  return rows.map((row) => shownNode(place.project, row));
}

function nodeRows(
  tx: Tx,
  { project, environment }: Place,
  where: string,
  more: unknown[],
  limit = 5000,
): Promise<NodeRow[]> {
  return tx.query<NodeRow>(
    `select w.node, n.type, n.name, n.relation, l.status, l.notes
     from (select node from lineage_node where project = $1 and environment = $2
           union select node from node_index where project = $1 and environment = $2 and to_seq is null) w
     left join node_index n on n.project = $1 and n.environment = $2 and n.node = w.node and n.to_seq is null
     left join lineage_node l on l.project = $1 and l.environment = $2 and l.node = w.node
     where ${where} order by array_position(array['failed', 'none', 'partial'], l.status), w.node limit ${limit}`,
    [project, environment, ...more],
  );
}

function shownNode(project: string, { node, type, name, relation, status, notes }: NodeRow): LineageNode {
  return {
    ...{ urn: urnOf(project, node), id: node, name: name ?? node.split('.').at(-1)! },
    ...{ status: status ?? 'relation', notes: notes ?? [] },
    ...(type && { type }),
    ...(relation && { relation }),
  };
}

const nameIn = (urn: string): string => urn.split('/').at(-1) || urn;
