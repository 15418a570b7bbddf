import { datasetsList, datasetsPurge, datasetsRows, datasetsShow } from '@headgate/contracts';
import { Command } from 'commander';
import { naturalNumber } from './numbers.ts';
import { cutShort, type Limited, limited, upTo } from './pages.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { counted, table, when } from './table.ts';

export function datasetsCommand(cli: Cli): Command {
  return new Command('datasets')
    .description('what tasks have committed: versions, rows, and forgetting old ones')
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(showCommand(cli))
    .addCommand(rowsCommand(cli))
    .addCommand(purgeCommand(cli))
    .addHelpText(
      'after',
      '\nExamples:\n  headgate datasets\n  headgate datasets show orders\n  headgate datasets rows orders --version 3 --json\n  headgate datasets purge orders --keep 5',
    );
}

const listCommand = (cli: Cli): Command =>
  limited(new Command('list').description('list those of an environment, by name'))
    .addHelpText('after', '\nExamples:\n  headgate datasets list\n  headgate datasets list --json')
    .action(online(cli, list));

const showCommand = (cli: Cli): Command =>
  limited(
    new Command('show').description('one of them, and its versions, newest first').argument('<name>', 'as listed'),
  )
    .addHelpText('after', '\nExamples:\n  headgate datasets show orders\n  headgate datasets show orders --limit 5')
    .action(online(cli, show));

const rowsCommand = (cli: Cli): Command =>
  limited(new Command('rows').description('rows of one version').argument('<name>', 'as listed'))
    .option('--version <n>', 'not the current one, but this', naturalNumber(2 ** 31 - 1))
    .addHelpText(
      'after',
      '\nExamples:\n  headgate datasets rows orders\n  headgate datasets rows orders --version 3 --json',
    )
    .action(online(cli, rows));

const purgeCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('purge')
      .description('forget all but the newest versions; what a task that has not ended reads stays')
      .argument('<name>', 'as listed')
      .requiredOption('--keep <n>', 'so many of the newest', naturalNumber(100_000)),
  )
    .addHelpText('after', '\nExamples:\n  headgate datasets purge orders --keep 5')
    .action(online(cli, purge));

async function list(session: Session, { limit }: Limited): Promise<number> {
  const place = await session.place();
  const found = await upTo(limit, (page) => session.client.call(datasetsList, { ...place, ...page }));
  session.answer(found, () => [
    ...table(
      found.items.map(({ name, version, rows: n, changedAt }) => [
        ...[name, `version ${version}`, counted(n, 'row'), when(changedAt)],
      ]),
    ),
    ...(found.items.length === 0
      ? [`no task has committed a dataset in ${place.project}/${place.environment} yet`]
      : cutShort(found.more, limit)),
  ]);
  return 0;
}

async function show(session: Session, { limit }: Limited, name: string): Promise<number> {
  const input = { ...(await session.place()), dataset: name };
  const { dataset } = await session.client.call(datasetsShow, { ...input, limit: 1 });
  const { items, more } = await upTo(limit, (page) => session.client.call(datasetsShow, { ...input, ...page }));
  session.answer({ dataset, items, more }, () => [
    ...table([
      ['dataset', name],
      ['where', `${dataset.project}/${dataset.environment}`],
      ['current', `version ${dataset.version}, ${counted(dataset.rows, 'row')}`],
      ['columns', dataset.columns.map((column) => `${column.name} ${column.type}`).join(', ')],
    ]),
    ...table(
      items.map((version) => [
        ...[`version ${version.version}`, version.mode, counted(version.rows, 'row'), when(version.committedAt)],
        `task ${version.task}, attempt ${version.attempt}`,
      ]),
    ),
    ...cutShort(more, limit),
  ]);
  return 0;
}

async function rows(
  session: Session,
  { limit, version }: Limited & { version?: number },
  name: string,
): Promise<number> {
  const input = { ...(await session.place()), dataset: name };
  let from: { version: number; columns: { name: string }[] } | undefined;
  const { items, more } = await upTo(limit, async (page) => {
    const found = await session.client.call(datasetsRows, { ...input, ...page, ...(version && { version }) });
    from = found;
    return found;
  });
  const columns = from!.columns.map((column) => column.name);
  session.answer({ dataset: name, version: from!.version, items, more }, () => [
    ...table([columns, ...items.map((row) => columns.map((column) => shown(row[column])))]),
    ...(items.length === 0 ? [`version ${from!.version} of ${name} has no rows`] : cutShort(more, limit)),
  ]);
  return 0;
}

/** Text as it is, unless it would move the cursor or break the line. */
const shown = (value: unknown): string =>
  typeof value === 'string' && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value ?? null);

async function purge(session: Session, { keep }: { keep: number }, name: string): Promise<number> {
  const done = await session.client.call(datasetsPurge, { ...(await session.place()), dataset: name, keep });
  session.answer(done, () => [
    done.versions === 0
      ? `nothing to forget: ${name} has no more than ${counted(keep, 'version')}${done.kept.length > 0 ? ' that no task reads' : ''}`
      : `forgot ${counted(done.versions, 'version')}; the rows of ${counted(done.parts, 'part')} go now`,
    ...(done.kept.length > 0 ? [`kept, as a task that has not ended reads it: version ${done.kept.join(', ')}`] : []),
  ]);
  return 0;
}
