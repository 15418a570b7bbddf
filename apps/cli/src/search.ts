import { assetsSearch, type AssetsSearchOutput, type Hit } from '@headgate/contracts';
import { Command } from 'commander';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { naturalNumber } from './numbers.ts';
import { table } from './table.ts';

interface SearchFlags {
  readonly type?: string;
  readonly package?: string;
  readonly tag?: string;
  readonly owner?: string;
  readonly materialization?: string;
  readonly database?: string;
  readonly facets?: boolean;
  readonly limit: number;
}

const filters = ['type', 'package', 'tag', 'owner', 'materialization', 'database'] as const;

export function searchCommand(cli: Cli): Command {
  return globalOptions(
    new Command('search')
      .description('find models, sources, tests and everything else by name, column, tag or words')
      .argument('[words...]', 'what to look for; nothing lists everything that the filters leave')
      .option('--type <type>', 'only this resource type: model, source, test, exposure, …')
      .option('--package <name>', 'only this package')
      .option('--tag <tag>', 'only what carries this tag')
      .option('--owner <name>', 'only what this owner has')
      .option('--materialization <kind>', 'only what is built so: table, view, incremental, …')
      .option('--database <name>', 'only what stands in this database')
      .option('--facets', 'count what is found by each of these')
      .option('--limit <n>', 'at most so many', naturalNumber(200), 20),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate search orders\n  headgate search revenue --type model --json\n  headgate search --tag nightly --facets\n\nExit: 0 found, 1 nothing found',
    )
    .action(online(cli, search));
}

async function search(session: Session, flags: SearchFlags, words: string[]): Promise<number> {
  const found = await session.client.call(assetsSearch, {
    ...(await session.place()),
    ...(words.length > 0 && { q: words.join(' ') }),
    ...Object.fromEntries(filters.flatMap((name) => (flags[name] ? [[name, flags[name]]] : []))),
    ...(flags.facets && { facets: true }),
    limit: flags.limit,
  });
  session.answer(found, () => inWords(session, found));
  return found.items.length > 0 ? 0 : 1;
}

function inWords(session: Session, found: AssetsSearchOutput): string[] {
  const { items, total, capped, approximate, facets } = found;
  const { colors } = session.terminal;
  if (items.length === 0) return ['nothing found', ...(facets ? countsOf(session, found) : [])];
  const rows = items.map((hit) => [colors.dim(hit.type), hit.id, matchOf(session, hit)]);
  const more = total > items.length ? [colors.dim(`${items.length} of ${total}${capped ? ' or more' : ''}`)] : [];
  const near = approximate ? [colors.dim('nothing matches; these names are nearly so')] : [];
  return [...near, ...table(rows), ...more, ...(facets ? countsOf(session, found) : [])];
}

/** Where it matched besides its name, or what it is. */
function matchOf({ terminal: { colors } }: Session, { fragments = [], description }: Hit): string {
  const best =
    fragments.find(({ field }) => field === 'description') ?? fragments.find(({ field }) => field !== 'name');
  if (!best) return description.split('\n')[0]!;
  let at = 0;
  const pieces = best.marks.map(([from, to]) => {
    const piece = best.text.slice(at, from) + colors.bold(best.text.slice(from, to));
    at = to!;
    return piece;
  });
  const text = pieces.join('') + best.text.slice(at);
  return best.field === 'description' ? text : `${best.field}: ${text}`;
}

function countsOf({ terminal: { colors } }: Session, { facets, facetsCapped }: AssetsSearchOutput): string[] {
  const rows = filters.flatMap((name) =>
    facets![name].length > 0
      ? [[colors.dim(name), facets![name].map(({ value, count }) => `${value || '(none)'} ${count}`).join(', ')]]
      : [],
  );
  return ['', ...table(rows), ...(facetsCapped ? [colors.dim('counted over a part of what matches')] : [])];
}
