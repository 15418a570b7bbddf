import { sinksList, sinksRows } from '@headgate/contracts';
import { Command } from 'commander';
import { cutShort, type Limited, limited, upTo } from './pages.ts';
import { type Cli, online, type Session } from './session.ts';
import { counted, table, when } from './table.ts';

export function sinksCommand(cli: Cli): Command {
  return new Command('sinks')
    .description('what tasks write as they go, each key once')
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(showCommand(cli))
    .addHelpText(
      'after',
      '\nExamples:\n  headgate sinks\n  headgate sinks show mail --limit 10\n  headgate sinks show mail --json',
    );
}

const listCommand = (cli: Cli): Command =>
  limited(new Command('list').description('list those of an environment, by name'))
    .addHelpText('after', '\nExamples:\n  headgate sinks list\n  headgate sinks list --json')
    .action(online(cli, list));

const showCommand = (cli: Cli): Command =>
  limited(new Command('show').description('its rows, oldest first').argument('<name>', 'as listed'))
    .addHelpText('after', '\nExamples:\n  headgate sinks show mail\n  headgate sinks show mail --limit 1000 --json')
    .action(online(cli, show));

async function list(session: Session, { limit }: Limited): Promise<number> {
  const place = await session.place();
  const found = await upTo(limit, (page) => session.client.call(sinksList, { ...place, ...page }));
  session.answer(found, () => [
    ...table(found.items.map(({ name, rows, changedAt }) => [name, counted(rows, 'row'), when(changedAt)])),
    ...(found.items.length === 0
      ? [`no task has written to a sink in ${place.project}/${place.environment} yet`]
      : cutShort(found.more, limit)),
  ]);
  return 0;
}

async function show(session: Session, { limit }: Limited, name: string): Promise<number> {
  const place = await session.place();
  const found = await upTo(limit, (page) => session.client.call(sinksRows, { ...place, sink: name, ...page }));
  session.answer({ sink: name, ...found }, () => [
    ...table(found.items.map(({ key, row, writtenAt }) => [key, when(writtenAt), JSON.stringify(row)])),
    ...cutShort(found.more, limit),
  ]);
  return 0;
}
