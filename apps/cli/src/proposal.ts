import { contract, type Plan, plansDocument, plansPropose, runsLook } from '@headgate/contracts';
import { type ExecutionPlan, explain } from '@headgate/plans';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { follow } from './follow.ts';
import type { Session } from './session.ts';

export interface ProposeFlags {
  readonly select?: string[];
  readonly exclude?: string[];
  readonly data?: 'assume' | 'check';
  readonly fullRefresh?: boolean;
  readonly eventTime?: { readonly start: string; readonly end: string };
  readonly defer?: string;
  readonly look?: boolean;
}

/** Verdicts that a terminal shows without being asked for all of them. */
export const shownVerdicts = 50;

const moment = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2})?$/;

function eventTimeOf(text: string): { start: string; end: string } {
  const [start = '', end = '', ...more] = text.split('..');
  if (more.length === 0 && moment.test(start) && moment.test(end) && start < end) return { start, end };
  throw new InvalidArgumentError(
    'like 2026-01-01..2026-01-08, or with times: 2026-01-01T00:00:00..2026-01-01T06:00:00',
  );
}

/** Options of a proposal, which `run` takes, too. */
export function proposeOptions<C extends Command>(command: C): C {
  command
    .option('--select <words...>', "what to plan, in dbt's selection language")
    .option('--exclude <words...>', 'what to leave out')
    .addOption(
      new Option('--data <mode>', 'take the data of sources as unchanged, or look at their freshness').choices([
        'assume',
        'check',
      ]),
    )
    .option('--look', 'have dbt look at the freshness of sources first, for --data check')
    .option('--defer <environment>', 'read what is neither selected nor was ever built here from another environment')
    .option('--full-refresh', 'build seeds and incremental models anew, where selected');
  return command.addOption(
    new Option('--event-time <start..end>', 'of microbatch models, build these batches only')
      .argParser(eventTimeOf)
      .conflicts('fullRefresh'),
  );
}

/** Has the server plan; answers its resource and the plan itself. */
export async function propose(session: Session, flags: ProposeFlags): Promise<{ plan: Plan; document: Buffer }> {
  const { client, terminal } = session;
  const { select, exclude, data, fullRefresh, eventTime, defer } = flags;
  const place = await session.place();
  const look = flags.look ? await lookAt(session, place) : undefined;
  terminal.progress('planning');
  const plan = await client.call(plansPropose, {
    ...place,
    ...(select && { select }),
    ...(exclude && { exclude }),
    ...((look ?? data) && { data: look ? 'check' : data }),
    ...(look && { look }),
    ...(fullRefresh && { fullRefresh }),
    ...(eventTime && { eventTime }),
    ...(defer && { defer }),
  });
  const document = await client.bytes(plansDocument, { plan: plan.id });
  terminal.endProgress();
  return { plan, document };
}

/** A run of its own, whose end is waited for; sources that are too old are no reason to stop. */
async function lookAt(session: Session, place: { project: string; environment: string }): Promise<string> {
  session.terminal.progress('looking at the sources');
  const { id } = await session.client.call(runsLook, place);
  await follow(session, id, () => session.terminal.progress('looking at the sources'));
  return id;
}

/** The counts, then the verdicts with their reasons. */
export function print({ terminal }: Session, plan: Plan, document: Buffer, all = false): void {
  const { colors } = terminal;
  const { run, skip, partial } = plan.counts;
  terminal.print(`planned run=${run} skip=${skip} partial=${partial}`);
  const [, ...lines] = explain(contract<ExecutionPlan>('ExecutionPlan').parse(JSON.parse(document.toString())));
  const shown = all ? lines : lines.slice(0, shownVerdicts);
  for (const line of shown)
    terminal.print(line.replace(/^(RUN|PARTIAL) /, (_, verdict: string) => `${colors.green(verdict)} `));
  if (shown.length < lines.length)
    terminal.print(colors.dim(`… and ${lines.length - shown.length} more (--all, or --out)`));
}
