import { graphNeighbourhood, type GraphNeighbourhoodOutput, type NodeCard } from '@headgate/contracts';
import { Command } from 'commander';
import { naturalNumber } from './numbers.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { table } from './table.ts';

interface GraphFlags {
  readonly up?: number;
  readonly down?: number;
  readonly tests?: boolean;
  readonly limit: number;
}

export function graphCommand(cli: Cli): Command {
  return globalOptions(
    new Command('graph')
      .description('show what a node reads and what reads it')
      .argument('<node>', 'unique_id, URN, or a name that one node has')
      .option('--up <n>', 'steps towards what it reads; alone, nothing below is shown', naturalNumber(50))
      .option('--down <n>', 'steps towards what reads it; alone, nothing above is shown', naturalNumber(50))
      .option('--tests', 'show tests, too')
      .option('--limit <n>', 'at most so many nodes', naturalNumber(400), 100),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate graph orders\n  headgate graph orders --down 5\n  headgate graph model.shop.orders --up 2 --down 2 --json\n\nWithout --up and --down: one step each way.\n\nExit: 0 shown, 3 no such node',
    )
    .action(online(cli, graph));
}

async function graph(session: Session, flags: GraphFlags, node: string): Promise<number> {
  const { up, down, tests = false, limit } = flags;
  const isBare = up === undefined && down === undefined;
  const found = await session.client.call(graphNeighbourhood, {
    ...(await session.place()),
    ...{ root: node, up: up ?? (isBare ? 1 : 0), down: down ?? (isBare ? 1 : 0), tests, limit },
  });
  session.answer(found, () => inWords(session, found));
  return 0;
}

/** From what is read to what reads it, the node itself marked, with what is hidden behind each. */
function inWords({ terminal: { colors } }: Session, { root, nodes, frontier, truncated }: GraphNeighbourhoodOutput) {
  const hidden = (id: string) =>
    frontier.flatMap(({ node, direction, hidden: n }) => (node === id ? [`+${n} ${direction}`] : [])).join(' ');
  const ordered = [...nodes].sort((a, b) => depthOf(a) - depthOf(b) || (a.id < b.id ? -1 : 1));
  const rows = ordered.map((node) => [
    colors.dim(String(depthOf(node))),
    node.id === root ? colors.bold(node.id) : node.id,
    node.materialization ?? node.type,
    node.status?.status ?? '',
    colors.dim(hidden(node.id)),
  ]);
  return [...table(rows), ...(truncated ? [colors.dim('there is more: --limit')] : [])];
}

const depthOf = ({ depth }: NodeCard): number => depth ?? 0;
