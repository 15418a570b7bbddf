import { Injectable } from '@nestjs/common';
import type { NodeChange, Snapshot, SnapshotsDiffInput, SnapshotsDiffOutput } from '@headgate/contracts';
import { diffGraphs, type GraphDiff, type GraphNode, type LogicalGraph } from '@headgate/graph';
import { type Call, cursorOf, Database, keyOf, type Tx } from '@headgate/kit';
import { Graphs } from './graphs.ts';
import { snapshotIn } from './snapshots.ts';
import { answerBytes, withinBytes } from './within-bytes.ts';

/** Names in one list of one node; a table that lost 3,000 columns is told by its first ones. */
const namesShown = 200;

/** What differs between two snapshots. The index knows which nodes changed, so only those are compared. */
@Injectable()
export class SnapshotDiffs {
  constructor(
    private readonly database: Database,
    private readonly graphs: Graphs,
  ) {}

  async get(input: SnapshotsDiffInput, call: Call): Promise<SnapshotsDiffOutput> {
    const { project, environment, cursor, limit = 50 } = input;
    const { from, to, ids } = await this.database.read(call, async (tx) => {
      const from = await snapshotIn(tx, { project, environment, snapshot: input.snapshot });
      const to = await snapshotIn(tx, { project, environment, snapshot: input.to ?? 'latest' });
      return { from, to, ids: await touched(tx, from, to) };
    });
    const before = await this.part(call.org, from, ids);
    const after = await this.part(call.org, to, ids);
    const diff = diffGraphs(before, after);
    const changes = changesOf(diff, before, after);
    const [past = ''] = (keyOf(cursor, 1) ?? []) as string[];
    const rest = changes.filter(({ id }) => id > past);
    const items = withinBytes(rest.slice(0, limit), answerBytes);
    const last = items.at(-1);
    return {
      from: from.snapshot,
      to: to.snapshot,
      counts: countsOf(diff),
      items,
      ...(last && items.length < rest.length && { next: cursorOf([last.id]) }),
    };
  }

  private async part(org: string, { graph }: Snapshot, ids: ReadonlySet<string>): Promise<LogicalGraph> {
    const loaded = await this.graphs.load(org, graph);
    return { ...loaded.graph, nodes: loaded.graph.nodes.filter(({ id }) => ids.has(id)) };
  }
}

/** Nodes of which a version began or ended between two snapshots. */
async function touched(tx: Tx, from: Snapshot, to: Snapshot): Promise<Set<string>> {
  const [low, high] = [Math.min(from.seq, to.seq), Math.max(from.seq, to.seq)];
  const rows = await tx.query<{ node: string }>(
    `select distinct node from node_index where project = $1 and environment = $2
       and ((from_seq > $3 and from_seq <= $4) or (to_seq > $3 and to_seq <= $4))`,
    [from.project, from.environment, low, high],
  );
  return new Set(rows.map(({ node }) => node));
}

function changesOf(diff: GraphDiff, before: LogicalGraph, after: LogicalGraph): NodeChange[] {
  const parents = { added: new Map<string, string[]>(), removed: new Map<string, string[]>() };
  for (const { from, to } of diff.edgesAdded) parents.added.set(to, [...(parents.added.get(to) ?? []), from]);
  for (const { from, to } of diff.edgesRemoved) parents.removed.set(to, [...(parents.removed.get(to) ?? []), from]);
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const now = new Map(after.nodes.map((node) => [node.id, node]));
  const added = diff.added.map((id) => changeOf('added', now.get(id)!));
  const removed = diff.removed.map((id) => changeOf('removed', old.get(id)!));
  const changed = diff.changed.map(({ id, fields, ...lists }) => ({
    ...changeOf('changed', now.get(id)!),
    fields: [...fields],
    ...named(lists),
    ...named({ parentsAdded: parents.added.get(id) ?? [], parentsRemoved: parents.removed.get(id) ?? [] }),
  }));
  return [...added, ...removed, ...changed].sort((a, b) => (a.id < b.id ? -1 : 1));
}

const changeOf = (change: NodeChange['change'], { id, type, name, package: pack }: GraphNode): NodeChange => ({
  id,
  change,
  type,
  name,
  package: pack,
});

const named = (lists: Record<string, readonly string[]>): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(lists).flatMap(([key, list]) => (list.length > 0 ? [[key, list.slice(0, namesShown)]] : [])),
  );

function countsOf({ added, removed, changed, edgesAdded, edgesRemoved }: GraphDiff): SnapshotsDiffOutput['counts'] {
  const sum = (list: 'columnsAdded' | 'columnsRemoved' | 'columnsChanged' | 'config') =>
    changed.reduce((total, node) => total + node[list].length, 0);
  return {
    added: added.length,
    removed: removed.length,
    changed: changed.length,
    edgesAdded: edgesAdded.length,
    edgesRemoved: edgesRemoved.length,
    columnsAdded: sum('columnsAdded'),
    columnsRemoved: sum('columnsRemoved'),
    columnsChanged: sum('columnsChanged'),
    config: sum('config'),
  };
}
