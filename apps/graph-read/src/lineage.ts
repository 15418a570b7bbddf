import { Injectable } from '@nestjs/common';
import type { LineageGraphInput, LineageGraphOutput, LineageStateInput, LineageStateOutput } from '@headgate/contracts';
import { urnOf } from '@headgate/graph';
import { type Call, Database, Failure, type Tx } from '@headgate/kit';
import { Decisions, type End, endOf } from './lineage-decisions.ts';
import { nodesOf, nodesUnclear, stateOf, type Visible } from './lineage-nodes.ts';
import { Walk, type WalkOptions } from './lineage-walk.ts';

/** A computation becomes visible at once; who reads several times at that moment reads again. */
const maxTries = 5;
const unclearShown = 100;

interface Place {
  readonly project: string;
  readonly environment: string;
}

/** Column lineage as it is stored, with what people decided about it. */
@Injectable()
export class Lineage {
  constructor(private readonly database: Database) {}

  async graph(input: LineageGraphInput, call: Call): Promise<LineageGraphOutput> {
    for (let tries = 0; tries < maxTries; tries++) {
      const answer = await this.database.read(call, (tx) => graphIn(tx, input));
      if (answer) return answer;
    }
    throw new Failure('unavailable', { detail: 'lineage changes faster than it can be read', hint: 'try again' });
  }

  state({ project, environment }: LineageStateInput, call: Call): Promise<LineageStateOutput> {
    return this.database.read(call, async (tx) => {
      const { state } = await stateOf(tx, { project, environment });
      const rows = await tx.query<{ status: string; n: number }>(
        'select status, count(*)::integer as n from lineage_node where project = $1 and environment = $2 group by 1 order by 1',
        [project, environment],
      );
      const unclear = await nodesUnclear(tx, { project, environment }, unclearShown + 1);
      const counts = Object.fromEntries(rows.map(({ status, n }) => [status, n]));
      return { state, counts, unclear: unclear.slice(0, unclearShown), truncated: unclear.length > unclearShown };
    });
  }
}

/** Undefined when other lineage became visible meanwhile. */
async function graphIn(tx: Tx, input: LineageGraphInput): Promise<LineageGraphOutput | undefined> {
  const { project, environment, direction = 'both' } = input;
  const visible = await stateOf(tx, input);
  const start = await startOf(tx, input);
  const decisions = await Decisions.of(tx, project);
  const options: WalkOptions = {
    ...{ project, environment, platform: visible.platform },
    depth: input.depth ?? 3,
    kinds: input.kinds ?? ['value', 'window'],
    confidence: Number(input.confidence ?? 0),
    limit: input.limit ?? 200,
  };
  const walk = new Walk(tx, options, decisions);
  for (const way of ['up', 'down'] as const) if (direction === 'both' || direction === way) await walk.from(start, way);
  const { edges, rejected, truncated, ends } = walk.result();
  if (edges.length + rejected.length === 0) await refuseUnknownColumn(tx, input, start);
  const nodes = await nodesOf(tx, input, [start, ...ends]);
  if (!(await isStill(tx, input, visible))) return undefined;
  return { start: shownEnd(start), state: visible.state, nodes, edges: [...edges], rejected: [...rejected], truncated };
}

const shownEnd = ({ urn, column }: End) => ({ urn, ...(column !== undefined && { column }) });

async function isStill(tx: Tx, place: Place, { version }: Visible): Promise<boolean> {
  return (await stateOf(tx, place)).version === version;
}

/** A node by URN (which may name a column), by dbt's unique_id, or by a name that only one node has; or a relation by its URN. */
async function startOf(tx: Tx, { project, environment, asset, column }: LineageGraphInput): Promise<End> {
  const isUrn = asset.startsWith('hg:');
  const end = endOf(project, isUrn ? asset : urnOf(project, asset));
  const named = { ...end, ...(column !== undefined && { column }) };
  if (isUrn && !end.node) return named;
  const id = end.node!;
  const found = await tx.query<{ node: string }>(
    `select node from node_index where project = $1 and environment = $2 and to_seq is null and (node = $3 or name = $3)
     order by node <> $3, node limit 6`,
    [project, environment, id],
  );
  const exact = found.some(({ node }) => node === id) ? [{ node: id }] : found;
  if (exact.length === 1) return { ...named, urn: urnOf(project, exact[0]!.node), node: exact[0]!.node };
  if (exact.length === 0)
    throw new Failure('not-found', {
      detail: `${project}/${environment} has no asset ${asset}`,
      where: '/asset',
      hint: `headgate search ${id}`,
    });
  const names = exact.map(({ node }) => node).join(', ');
  throw new Failure('conflict', {
    detail: `several assets are called ${asset}`,
    where: '/asset',
    hint: `name one: ${names}`,
  });
}

/** Nothing leads to or from it: is it there at all? */
async function refuseUnknownColumn(tx: Tx, { project, environment }: Place, { node, column }: End): Promise<void> {
  if (!node || column === undefined) return;
  const [row] = await tx.query<{ columns: string[]; complete: boolean }>(
    'select columns, complete from lineage_node where project = $1 and environment = $2 and node = $3',
    [project, environment, node],
  );
  if (!row?.complete || row.columns.some((name) => name.toLowerCase() === column.toLowerCase())) return;
  throw new Failure('not-found', {
    detail: `${node} has no column ${column}`,
    where: '/column',
    hint: `it has ${row.columns.slice(0, 50).join(', ')}`,
  });
}
