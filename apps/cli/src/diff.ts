import { type NodeChange, snapshotsDiff, type SnapshotsDiffOutput, snapshotsList } from '@headgate/contracts';
import { Command } from 'commander';
import { naturalNumber } from './numbers.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { Stop } from './stop.ts';
import { table } from './table.ts';

export function diffCommand(cli: Cli): Command {
  return globalOptions(
    new Command('diff')
      .description('tell what differs between two snapshots')
      .argument('[from]', 'digest of a snapshot (default: the one before the newest)')
      .argument('[to]', 'digest of a snapshot (default: the newest)')
      .option('--limit <n>', 'at most so many nodes', naturalNumber(200), 50),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate diff\n  headgate diff sha256:… latest --json\n\nExit: 0 alike, 1 they differ',
    )
    .action(online(cli, diff));
}

async function diff(session: Session, { limit }: { limit: number }, from?: string, to?: string): Promise<number> {
  const place = await session.place();
  const before = from ?? (await session.client.call(snapshotsList, { ...place, limit: 2 })).items[1]?.snapshot;
  if (before === undefined)
    throw new Stop(3, 'there is no snapshot before the newest one', { hint: 'headgate ingest makes another one' });
  const found = await session.client.call(snapshotsDiff, { ...place, snapshot: before, ...(to && { to }), limit });
  session.answer(found, () => inWords(session, found));
  return found.counts.added + found.counts.removed + found.counts.changed === 0 ? 0 : 1;
}

const signs = { added: '+', removed: '-', changed: '~' } as const;

function inWords({ terminal: { colors } }: Session, { items, counts, next }: SnapshotsDiffOutput): string[] {
  const rows = items.map((change) => [signs[change.change], change.id, colors.dim(wordsOf(change))]);
  const { added, removed, changed, edgesAdded, edgesRemoved } = counts;
  return [
    ...table(rows),
    ...(next ? [colors.dim('there is more: --limit')] : []),
    `${added} added, ${removed} removed, ${changed} changed; edges +${edgesAdded} -${edgesRemoved}`,
  ];
}

function wordsOf(change: NodeChange): string {
  const { fields = [], columnsAdded = [], columnsRemoved = [], columnsChanged = [], config = [] } = change;
  const parts = [
    ...columnsAdded.map((name) => `+${name}`),
    ...columnsRemoved.map((name) => `-${name}`),
    ...columnsChanged.map((name) => `~${name}`),
  ];
  const told = fields.filter((name) => name !== 'columns' && name !== 'config');
  return [told.join(', '), parts.join(' '), config.length > 0 ? `config ${config.join(', ')}` : '']
    .filter((text) => text !== '')
    .join('; ');
}
