import { assetsSearch, type AssetsSearchOutput } from '@headgate/contracts';
import { Command } from 'commander';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { naturalNumber } from './numbers.ts';
import { table } from './table.ts';

interface SearchFlags {
  readonly type?: string;
  readonly package?: string;
  readonly tag?: string;
  readonly limit: number;
}

export function searchCommand(cli: Cli): Command {
  return globalOptions(
    new Command('search')
      .description('find models, sources, tests and everything else by name, column, tag or words')
      .argument('[words...]', 'what to look for; nothing lists everything that the filters leave')
      .option('--type <type>', 'only this resource type: model, source, test, exposure, …')
      .option('--package <name>', 'only this package')
      .option('--tag <tag>', 'only what carries this tag')
      .option('--limit <n>', 'at most so many', naturalNumber(200), 20),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate search orders\n  headgate search revenue --type model --json\n  headgate search --tag nightly\n\nExit: 0 found, 1 nothing found',
    )
    .action(online(cli, search));
}

async function search(session: Session, flags: SearchFlags, words: string[]): Promise<number> {
  const { type, package: of, tag, limit } = flags;
  const found = await session.client.call(assetsSearch, {
    ...(await session.place()),
    ...(words.length > 0 && { q: words.join(' ') }),
    ...(type && { type }),
    ...(of && { package: of }),
    ...(tag && { tag }),
    limit,
  });
  session.answer(found, () => inWords(session, found));
  return found.items.length > 0 ? 0 : 1;
}

function inWords({ terminal: { colors } }: Session, { items, total, capped }: AssetsSearchOutput): string[] {
  if (items.length === 0) return ['nothing found'];
  const rows = items.map(({ type, id, fragment, description }) => [
    colors.dim(type),
    id,
    (fragment ?? description.split('\n')[0]!).replaceAll(/«([^»]*)»/g, (_, match: string) => colors.bold(match)),
  ]);
  const more = total > items.length ? [colors.dim(`${items.length} of ${total}${capped ? ' or more' : ''}`)] : [];
  return [...table(rows), ...more];
}
