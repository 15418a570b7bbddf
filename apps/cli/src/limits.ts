import { type LimitOfStarts, limitsList, limitsPut, limitsRemove } from '@headgate/contracts';
import { Command } from 'commander';
import { naturalNumber } from './numbers.ts';
import { all } from './pages.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { table, when } from './table.ts';

export function limitsCommand(cli: Cli): Command {
  return new Command('limits')
    .description('how often tasks of a rate key may start')
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(setCommand(cli))
    .addCommand(removeCommand(cli))
    .addHelpText(
      'after',
      '\nExamples:\n  headgate limits\n  headgate limits set api.example.com --starts 10 --seconds 60 --burst 3\n  headgate limits remove api.example.com',
    );
}

const listCommand = (cli: Cli): Command =>
  globalOptions(new Command('list').description('list them, by key'))
    .addHelpText('after', '\nExamples:\n  headgate limits list --json')
    .action(online(cli, list));

const setCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('set')
      .description('let no more tasks of a key start than this; what waits is lined up anew')
      .argument('<key>', "what tasks name as their rate key; an environment's runs are run.PROJECT.ENVIRONMENT")
      .requiredOption('--starts <n>', 'so many in each interval, evenly', naturalNumber(1_000_000))
      .option('--seconds <n>', 'the interval', naturalNumber(2_678_400), 1)
      .option('--burst <n>', 'so many at once when none started for a while', naturalNumber(100_000), 1),
  )
    .addHelpText('after', '\nExamples:\n  headgate limits set run.shop.prod --starts 4 --seconds 3600')
    .action(online(cli, set));

const removeCommand = (cli: Cli): Command =>
  globalOptions(new Command('remove').description('let them start as they come').argument('<key>', 'as listed'))
    .addHelpText('after', '\nExamples:\n  headgate limits remove run.shop.prod')
    .action(online(cli, remove));

async function list(session: Session): Promise<number> {
  const items = await all((page) => session.client.call(limitsList, page));
  session.answer({ items }, () => (items.length > 0 ? table(items.map(row)) : ['no limits']));
  return 0;
}

const words = ({ starts, seconds, burst }: LimitOfStarts): string =>
  `${starts} in ${seconds} s${burst > 1 ? `, ${burst} at once` : ''}`;

const row = (limit: LimitOfStarts): string[] => [limit.key, words(limit), limit.updatedBy, when(limit.updatedAt)];

type Numbers = Pick<LimitOfStarts, 'starts' | 'seconds' | 'burst'>;

async function set(session: Session, { starts, seconds, burst }: Numbers, key: string): Promise<number> {
  const limit = await session.client.call(limitsPut, { key, starts, seconds, burst });
  session.answer(limit, () => `${key}: ${words(limit)}`);
  return 0;
}

async function remove(session: Session, _: object, key: string): Promise<number> {
  await session.client.call(limitsRemove, { key });
  session.answer({ key, removed: true }, () => `removed the limit of ${key}`);
  return 0;
}
