import {
  type DeadLetter,
  type DeadLetterHistory,
  deadLettersDiscard,
  deadLettersGet,
  deadLettersList,
  deadLettersReplay,
} from '@headgate/contracts';
import { Command } from 'commander';
import { naturalNumber } from './numbers.ts';
import { cutShort } from './pages.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { table, when } from './table.ts';

const example = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
/** As many as the server gives in one page. */
const page = 200;

export function deadLettersCommand(cli: Cli): Command {
  return new Command('dead-letters')
    .description('tasks that failed in every attempt they had: look at them, try again, give up')
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(showCommand(cli))
    .addCommand(replayCommand(cli))
    .addCommand(discardCommand(cli))
    .addHelpText(
      'after',
      `\nExamples:\n  headgate dead-letters\n  headgate dead-letters show ${example}\n  headgate dead-letters replay ${example}\n  headgate dead-letters discard ${example} --reason 'the source is gone'`,
    );
}

const listCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('list')
      .description('list those of an environment, newest first')
      .option('--open', 'only those that nobody has decided about')
      .option('--limit <n>', 'at most so many', naturalNumber(10_000), 100),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate dead-letters list --open\n  headgate dead-letters list --limit 1 --json',
    )
    .action(online(cli, list));

const showCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('show').description('one of them: what was asked, and every attempt').argument('<task>', 'as listed'),
  )
    .addHelpText('after', `\nExamples:\n  headgate dead-letters show ${example}`)
    .action(online(cli, show));

const replayCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('replay')
      .description('ask for the same work again, as a new job of the same origin; twice is one job')
      .argument('<task>', 'as listed'),
  )
    .addHelpText('after', `\nExamples:\n  headgate dead-letters replay ${example}`)
    .action(online(cli, replay));

const discardCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('discard')
      .description('nobody will replay it')
      .argument('<task>', 'as listed')
      .requiredOption('--reason <words>', 'why, for whoever looks later'),
  )
    .addHelpText('after', `\nExamples:\n  headgate dead-letters discard ${example} --reason 'the source is gone'`)
    .action(online(cli, discard));

async function list(session: Session, { open, limit }: { open?: boolean; limit: number }): Promise<number> {
  const place = await session.place();
  const items: DeadLetter[] = [];
  let next: string | undefined;
  do {
    const found = await session.client.call(deadLettersList, { ...place, limit: page, ...(next && { cursor: next }) });
    items.push(...(open ? found.items.filter(({ state }) => state === 'open') : found.items));
    next = found.next;
  } while (next !== undefined && items.length < limit);
  const isMore = next !== undefined || items.length > limit;
  items.splice(limit);
  session.answer({ items, more: isMore }, () => [
    ...(items.length > 0 ? table(items.map((letter) => row(session, letter))) : ['no dead letters']),
    ...cutShort(isMore, limit),
  ]);
  return 0;
}

const row = (session: Session, letter: DeadLetter): string[] => [
  letter.task,
  when(letter.deadAt),
  stateOf(session, letter),
  `${letter.operator} ${letter.name}`,
  `${letter.attempts} tried`,
  letter.reason ?? letter.cause ?? '',
];

const stateOf = ({ terminal: { colors } }: Session, { state }: DeadLetter): string =>
  state === 'open' ? colors.red(state) : state;

async function show(session: Session, _: object, task: string): Promise<number> {
  const letter = await session.client.call(deadLettersGet, { task });
  session.answer(letter, () => [
    ...table([
      ['task', `${letter.task} (${letter.operator} ${letter.name})`],
      ['where', `${letter.project}/${letter.environment}`],
      ['job', letter.job],
      ['origin', letter.origin],
      ['state', `${stateOf(session, letter)}${letter.reason ? `: ${letter.reason}` : ''}`],
      ['died', when(letter.deadAt)],
      ...(letter.cause ? [['cause', letter.cause]] : []),
      ['asked', JSON.stringify(letter.spec)],
    ]),
    ...table(letter.history.map(tried)),
  ]);
  return 0;
}

const tried = ({ attempt, startedAt, outcome, worker, cause }: DeadLetterHistory['history'][number]): string[] => [
  `attempt ${attempt}`,
  when(startedAt),
  outcome ?? 'running',
  worker,
  cause ?? '',
];

async function replay(session: Session, _: object, task: string): Promise<number> {
  const replayed = await session.client.call(deadLettersReplay, { task });
  session.answer(replayed, () => `replayed as job ${replayed.job}`);
  return 0;
}

async function discard(session: Session, { reason }: { reason: string }, task: string): Promise<number> {
  const letter = await session.client.call(deadLettersDiscard, { task, reason });
  session.answer(letter, () => `discarded ${task}`);
  return 0;
}
