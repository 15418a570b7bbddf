import {
  lineageGraph,
  type LineageEdge,
  type LineageEnd,
  type LineageGraphInput,
  type LineageGraphOutput,
  type LineageNode,
  lineageState,
} from '@headgate/contracts';
import { Command, Option } from 'commander';
import { naturalNumber } from './numbers.ts';
import { type Cli, globalOptions, online, type Place, type Session } from './session.ts';
import { Stop } from './stop.ts';
import { counted, table } from './table.ts';

const kinds = ['value', 'window', 'filter', 'join', 'group', 'order'] as const;

type Kind = (typeof kinds)[number];

interface GraphFlags {
  readonly direction: 'up' | 'down' | 'both';
  readonly depth: number;
  readonly kind?: readonly Kind[];
  readonly confidence?: string;
  readonly limit: number;
}

/** `headgate lineage graph`: what is stored of an environment, unlike its parent, which reads SQL offline. */
export function lineageGraphCommand(cli: Cli): Command {
  return globalOptions(
    new Command('graph')
      .description('follow column lineage of an environment from a node or one of its columns')
      .argument('[node]', 'NODE, NODE.COLUMN or a URN; nothing says where lineage stands and what was not understood')
      .addOption(new Option('--direction <way>', 'where to').choices(['up', 'down', 'both']).default('both'))
      .option('--depth <n>', 'hops', naturalNumber(50), 3)
      .addOption(new Option('--kind <kind...>', 'only edges of these kinds (default: value and window)').choices(kinds))
      .option('--confidence <n>', 'only edges at least so sure, from 0 to 1')
      .option('--limit <n>', 'at most so many edges', naturalNumber(500), 200),
  )
    .addHelpText('after', HELP)
    .action(online(cli, graph));
}

const HELP = `
Examples:
  headgate lineage graph orders.status
  headgate lineage graph model.shop.orders --direction down --depth 10 --json
  headgate lineage graph orders.status --kind value --kind filter --confidence 0.8
  headgate lineage graph

An edge on all rows (a filter, a join) ends at the node and is not followed further. What somebody rejected is listed, not followed.

Exit: 0 ok, 1 nothing leads there, 3 no such node or column, or no lineage`;

async function graph(session: Session, flags: GraphFlags, named: string | undefined): Promise<number> {
  const place = await session.place();
  if (named === undefined) return state(session, place);
  const { direction, depth, kind, confidence, limit } = flags;
  const found = await lineageFrom(session, place, named, {
    ...{ direction, depth, limit },
    ...(kind && { kinds: [...kind] }),
    ...(confidence && { confidence }),
  });
  session.answer(found, () => inWords(session, found));
  return found.edges.length > 0 ? 0 : 1;
}

/** Asks for a node; `NODE.COLUMN` is a column when no node is called so. */
export async function lineageFrom(
  session: Session,
  place: Place,
  named: string,
  options: Omit<LineageGraphInput, 'project' | 'environment' | 'asset' | 'column'>,
): Promise<LineageGraphOutput> {
  const dot = named.lastIndexOf('.');
  try {
    return await session.client.call(lineageGraph, { ...place, asset: named, ...options });
  } catch (error) {
    const isNoNode = error instanceof Stop && error.code === 'not-found' && error.where === '/asset';
    if (!isNoNode || dot <= 0 || named.startsWith('hg:')) throw error;
    const [asset, column] = [named.slice(0, dot), named.slice(dot + 1)];
    return session.client.call(lineageGraph, { ...place, asset, column, ...options });
  }
}

async function state(session: Session, place: Place): Promise<number> {
  const found = await session.client.call(lineageState, place);
  session.answer(found, () => {
    const { status, reason, nodes = 0, edges = 0 } = found.state;
    const counts = Object.entries(found.counts).map(([name, n]) => `${name} ${n}`);
    return [
      `lineage ${status}${reason ? `: ${reason}` : ''} (${counted(nodes, 'node')}, ${counted(edges, 'edge')})`,
      ...(counts.length > 0 ? [counts.join(', ')] : []),
      ...table(found.unclear.map((node) => [node.status, node.id ?? node.urn, reasonOf(node)])),
    ];
  });
  return found.state.status === 'complete' ? 0 : 3;
}

const reasonOf = ({ notes }: LineageNode): string => notes.map(({ code, message }) => `${code}: ${message}`).join('; ');

function inWords({ terminal: { colors } }: Session, found: LineageGraphOutput): string[] {
  const { state: where, edges, rejected, truncated, nodes } = found;
  const rows = [...edges, ...rejected].map((edge) => [
    name(edge.from),
    '->',
    name(edge.to),
    [edge.kind, ...(edge.confidence < 1 ? [String(edge.confidence)] : []), ...originOf(edge)].join(' '),
  ]);
  const unclear = nodes.filter(({ status }) => status === 'failed' || status === 'partial');
  return [
    ...(rows.length > 0 ? table(rows) : [`nothing leads there${where.reason ? `: ${where.reason}` : ''}`]),
    ...(truncated ? [colors.dim('there is more: --depth and --limit')] : []),
    ...(where.status === 'complete' ? [] : [colors.dim(`lineage is ${where.status}`)]),
    ...unclear.map((node) => `! ${node.name}: ${reasonOf(node) || 'not every name in it could be bound to a column'}`),
  ];
}

const name = ({ urn, column }: LineageEnd): string => {
  const asset = urn.replace(/^hg:rel\/[^/]*\/[^/]*\//, '').replace(/^hg:[^/]*\//, '');
  return column === undefined ? `${asset} (rows)` : `${asset}.${column}`;
};

const originOf = ({ origin, override }: LineageEdge): string[] =>
  origin === 'sql' ? [] : [`${origin} by ${override?.by ?? '?'}: ${override?.reason ?? ''}`];
