import {
  type Schedule,
  schedulesCreate,
  type SchedulesCreateInput,
  schedulesEdit,
  schedulesFire,
  schedulesFires,
  schedulesGet,
  schedulesList,
  schedulesNext,
  schedulesPause,
  schedulesRemove,
  schedulesResume,
} from '@headgate/contracts';
import { Command, Option } from 'commander';
import { naturalNumber } from './numbers.ts';
import { fireRow, inWords, nextTimes, scheduleRow } from './schedule-words.ts';
import { all } from './pages.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { Stop } from './stop.ts';
import { table } from './table.ts';

export function schedulesCommand(cli: Cli): Command {
  const command = new Command('schedules').description(
    'plan and run an environment at times, or when something happens',
  );
  for (const [make, isDefault] of [
    [listCommand, true],
    ...[showCommand, createCommand, editCommand, pauseCommand, resumeCommand].map((each) => [each, false] as const),
    ...[fireCommand, nextCommand, removeCommand].map((each) => [each, false] as const),
  ] as const)
    command.addCommand(make(cli), { isDefault });
  return command.addHelpText(
    'after',
    "\nExamples:\n  headgate schedules\n  headgate schedules create nightly --cron '0 2 * * *' --zone Europe/Berlin\n  headgate schedules fire nightly",
  );
}

const named = (name: string, description: string): Command =>
  new Command(name).description(description).argument('<name>', 'the schedule');

/** What a schedule is; `edit` changes what is given. */
interface Flags {
  readonly cron?: string | false;
  readonly zone?: string;
  readonly onIngest?: boolean;
  readonly after?: readonly string[] | false;
  readonly select?: string[];
  readonly exclude?: string[];
  readonly data?: Schedule['data'];
  readonly missed?: Schedule['missed'];
  readonly concurrency?: Schedule['concurrency'];
  readonly approval?: boolean;
}

const wordings = (command: Command): Command =>
  command
    .option('--cron <expression>', 'five fields: minute, hour, day of month, month, day of week')
    .option('--zone <name>', 'IANA time zone of --cron (default: UTC)')
    .option('--on-ingest', 'fire when a new graph of the environment is committed')
    .option('--after <places...>', 'fire when a run of project/environment succeeds')
    .option('--select <words...>', "what to plan, in dbt's selection language")
    .option('--exclude <words...>', 'what to leave out')
    .addOption(new Option('--data <mode>', 'as for a plan (default: check)').choices(['assume', 'check']))
    .addOption(
      new Option('--missed <policy>', 'times that passed while the install was down (default: run-once)').choices([
        ...['skip', 'run-once'],
      ]),
    )
    .addOption(
      new Option('--concurrency <policy>', 'while another scheduled run is under way (default: queue)').choices([
        ...['skip', 'queue'],
      ]),
    )
    .option('--approval', 'its plans wait until somebody confirms them');

const listCommand = (cli: Cli): Command =>
  globalOptions(new Command('list').description('list the schedules of an environment, by name'))
    .addHelpText('after', '\nExample:\n  headgate schedules list --json')
    .action(online(cli, list));

const showCommand = (cli: Cli): Command =>
  globalOptions(
    named('show', 'show a schedule, and what came of its newest fires').option(
      '--limit <n>',
      'so many fires',
      naturalNumber(200),
      10,
    ),
  )
    .addHelpText('after', '\nExample:\n  headgate schedules show nightly --limit 50')
    .action(online(cli, show));

const createCommand = (cli: Cli): Command =>
  globalOptions(wordings(named('create', 'make a schedule')).option('--paused', 'it rests until it is resumed'))
    .addHelpText(
      'after',
      "\nExamples:\n  headgate schedules create nightly --cron '0 2 * * *' --zone Europe/Berlin\n  headgate schedules create fresh --on-ingest --concurrency skip\n  headgate schedules create marts --after shop/prod --select tag:marts --approval\n\nWithout --cron, --on-ingest or --after only `headgate schedules fire` sets it off.",
    )
    .action(online(cli, create));

const editCommand = (cli: Cli): Command =>
  globalOptions(
    wordings(named('edit', 'change what is given, and leave the rest'))
      .option('--no-cron', 'no times any more')
      .option('--no-on-ingest', 'not on ingest any more')
      .option('--no-after', 'after no run any more')
      .option('--no-approval', 'its plans run at once'),
  )
    .addHelpText(
      'after',
      "\nExamples:\n  headgate schedules edit nightly --cron '30 3 * * 1-5'\n  headgate schedules edit nightly --no-cron --on-ingest",
    )
    .action(online(cli, edit));

const pauseCommand = (cli: Cli): Command =>
  globalOptions(named('pause', 'let a schedule rest'))
    .addHelpText('after', '\nExample:\n  headgate schedules pause nightly')
    .action(online(cli, (session: Session, _: object, name: string) => rest(session, schedulesPause, name)));

const resumeCommand = (cli: Cli): Command =>
  globalOptions(named('resume', 'let a schedule go on, from now'))
    .addHelpText('after', '\nExample:\n  headgate schedules resume nightly')
    .action(online(cli, (session: Session, _: object, name: string) => rest(session, schedulesResume, name)));

const fireCommand = (cli: Cli): Command =>
  globalOptions(
    named('fire', 'set a schedule off now, also while it is paused').option(
      '--key <text>',
      'the same key is the same fire',
    ),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate schedules fire nightly\n  headgate schedules fire nightly --key deploy-7\n\nExit: 0 it was set off, 1 it was skipped',
    )
    .action(online(cli, fire));

const nextCommand = (cli: Cli): Command =>
  globalOptions(named('next', 'the next times of a schedule').option('--count <n>', 'so many', naturalNumber(100), 5))
    .addHelpText('after', '\nExample:\n  headgate schedules next nightly --count 10')
    .action(online(cli, next));

const removeCommand = (cli: Cli): Command =>
  globalOptions(named('remove', 'forget a schedule and its fires; plans and runs that came of it stay'))
    .addHelpText('after', '\nExample:\n  headgate schedules remove nightly')
    .action(online(cli, remove));

async function list(session: Session): Promise<number> {
  const place = await session.place();
  const items = await all((page) => session.client.call(schedulesList, { ...place, ...page }));
  session.answer({ items }, () => (items.length > 0 ? table(items.map(scheduleRow)) : 'no schedules yet'));
  return 0;
}

async function show(session: Session, { limit }: { limit: number }, name: string): Promise<number> {
  const at = { ...(await session.place()), name };
  const schedule = await session.client.call(schedulesGet, at);
  const { items: fires } = await session.client.call(schedulesFires, { ...at, limit });
  session.answer({ schedule, fires }, () => [
    ...inWords(schedule),
    ...(fires.length > 0 ? table(fires.map((one) => fireRow(session.terminal.colors, one))) : ['it has not fired yet']),
  ]);
  return 0;
}

async function create(
  session: Session,
  { paused, ...flags }: Flags & { paused?: boolean },
  name: string,
): Promise<number> {
  const input = { ...(await session.place()), name, ...wantedOf(flags), ...(paused && { paused }) };
  const made = await session.client.call(schedulesCreate, input);
  session.answer(made, () => inWords(made));
  return 0;
}

async function edit(session: Session, flags: Flags, name: string): Promise<number> {
  const at = { ...(await session.place()), name };
  const { version, ...before } = await session.client.call(schedulesGet, at);
  const { zone, onIngest, upstream, select, exclude, data, missed, concurrency, approval } = before;
  const kept = { zone, onIngest, upstream, select, exclude, data, missed, concurrency, approval };
  const cron = flags.cron === undefined && before.cron !== undefined ? { cron: before.cron } : {};
  const edited = await session.client.call(schedulesEdit, { ...at, ...kept, ...cron, ...wantedOf(flags), version });
  session.answer(edited, () => inWords(edited));
  return 0;
}

type Wanted = Omit<SchedulesCreateInput, 'project' | 'environment' | 'name' | 'paused'>;

function wantedOf({
  cron,
  zone,
  onIngest,
  after,
  select,
  exclude,
  data,
  missed,
  concurrency,
  approval,
}: Flags): Wanted {
  return {
    ...(cron && { cron }),
    ...(zone && { zone }),
    ...(onIngest !== undefined && { onIngest }),
    ...(after !== undefined && { upstream: (after || []).map(placeOf) }),
    ...(select && { select }),
    ...(exclude && { exclude }),
    ...(data && { data }),
    ...(missed && { missed }),
    ...(concurrency && { concurrency }),
    ...(approval !== undefined && { approval }),
  };
}

function placeOf(text: string): { project: string; environment: string } {
  const [project, environment, ...more] = text.split('/');
  if (!project || !environment || more.length > 0)
    throw new Stop(64, `--after names project/environment, and ${JSON.stringify(text)} is none`);
  return { project, environment };
}

async function rest(session: Session, to: typeof schedulesPause, name: string): Promise<number> {
  const schedule = await session.client.call(to, { ...(await session.place()), name });
  session.answer(schedule, () => inWords(schedule)[0]!);
  return 0;
}

async function fire(session: Session, { key }: { key?: string }, name: string): Promise<number> {
  const fired = await session.client.call(schedulesFire, { ...(await session.place()), name, ...(key && { key }) });
  const { id, status, reason } = fired;
  session.answer(fired, () => (status === 'skipped' ? `skipped ${id}: ${reason}` : `fired ${id}`));
  return status === 'skipped' ? 1 : 0;
}

async function next(session: Session, { count }: { count: number }, name: string): Promise<number> {
  const found = await session.client.call(schedulesNext, { ...(await session.place()), name, count });
  session.answer(found, () =>
    found.times.length > 0 ? nextTimes(found) : 'it has no times: nothing but triggers and people set it off',
  );
  return 0;
}

async function remove(session: Session, _: object, name: string): Promise<number> {
  session.answer(
    await session.client.call(schedulesRemove, { ...(await session.place()), name }),
    () => `removed ${name}`,
  );
  return 0;
}
