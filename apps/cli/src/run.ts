import {
  type Plan,
  plansConfirm,
  plansGet,
  type Run,
  type RunLine,
  type RunNode,
  runsNodes,
  runsOfPlan,
  runsOperate,
  runsResume,
} from '@headgate/contracts';
import { Command } from 'commander';
import { follow, until } from './follow.ts';
import { print, propose, type ProposeFlags, proposeOptions } from './proposal.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { Stop } from './stop.ts';
import { span } from './table.ts';

interface RunFlags extends ProposeFlags {
  readonly yes?: boolean;
  readonly detach?: boolean;
  readonly operation?: string;
  readonly args?: string;
}

const help = `
Examples:
  headgate run                          plan, ask, run
  headgate run --yes --select orders+
  headgate run --look --data check      build what new data or new code asks for
  headgate run --environment dev --select state:modified+ --defer prod
  headgate run --select sessions --event-time 2026-01-01..2026-01-08
  headgate run 0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a
  headgate run --operation grant_select --args '{"role": "reporter"}'
  headgate run resume 0192f0c4-93aa-7d10-8d52-4b1f0f6c7e21

Ctrl-C ends the following; the run goes on.

Exit: 0 ran ok (or nothing had to run), 1 the run failed or the plan may not run, 2 bad input, 3 no answer`;

export function runCommand(cli: Cli): Command {
  return globalOptions(
    proposeOptions(
      new Command('run')
        .description('confirm a plan and follow its run; without one, plan first; or run one macro')
        .argument('[plan]', 'the id of a plan'),
    )
      .option('-y, --yes', 'confirm without asking')
      .option('-d, --detach', 'do not follow')
      .option('--operation <macro>', 'run this macro (dbt run-operation) instead of a plan')
      .option('--args <json>', "the macro's arguments, a JSON object"),
  )
    .addHelpText('after', help)
    .action(online(cli, run))
    .addCommand(resumeCommand(cli));
}

const resumeHelp = `
Of the same plan, with the same files, selection, variables and dbt. What the run built stays; what failed, what it did not
reach and what it was cut off in is built. Refused when another run came in between: then plan again.

Examples:
  headgate run resume 0192f0c4-93aa-7d10-8d52-4b1f0f6c7e21

Exit: 0 ran ok, 1 it failed again or cannot go on, 2 bad input, 3 no answer`;

function resumeCommand(cli: Cli): Command {
  return globalOptions(
    new Command('resume')
      .description('go on with a run that failed, was cancelled, or lost its worker')
      .argument('<run>', 'the id of the run')
      .option('-d, --detach', 'do not follow'),
  )
    .addHelpText('after', resumeHelp)
    .action(online(cli, resume));
}

async function resume(session: Session, flags: { detach?: boolean }, run: string): Promise<number> {
  return attend(session, await session.client.call(runsResume, { run }), flags);
}

async function run(session: Session, flags: RunFlags, id?: string): Promise<number> {
  const proposes =
    flags.select ?? flags.exclude ?? flags.data ?? flags.fullRefresh ?? flags.eventTime ?? flags.defer ?? flags.look;
  if (id !== undefined && (proposes || flags.operation))
    throw new Stop(64, 'a plan says already what runs', { hint: 'give a plan, or options for a new one' });
  if (flags.args !== undefined && flags.operation === undefined) throw new Stop(64, '--args belong to an --operation');
  if (flags.operation !== undefined) return operate(session, flags.operation, flags);
  if (id !== undefined) return confirmAndRun(session, await session.client.call(plansGet, { plan: id }), flags);

  const { plan, document } = await propose(session, flags);
  if (!session.json) print(session, plan, document);
  const { run: runs, partial } = plan.counts;
  if (runs + partial === 0) {
    session.answer(plan, () => 'nothing to run');
    return 0;
  }
  if (!flags.yes && !session.terminal.isInteractive)
    throw new Stop(2, 'nobody is here to confirm the plan', { hint: `--yes, or headgate run ${plan.id}` });
  if (!flags.yes && !(await session.terminal.confirm('run it?'))) {
    session.terminal.complain(`not run; it can be later: headgate run ${plan.id}`);
    return 1;
  }
  return confirmAndRun(session, plan, flags);
}

/** Confirms a plan that is not yet, and follows the run it becomes. */
export async function confirmAndRun(session: Session, plan: Plan, flags: { detach?: boolean }): Promise<number> {
  const { client, terminal } = session;
  terminal.progress('confirming');
  if (plan.status === 'proposed') await client.call(plansConfirm, { plan: plan.id });
  const started = await until(
    'the run of the plan',
    async () => (await client.call(runsOfPlan, { plan: plan.id })).run,
  );
  return attend(session, started, flags);
}

async function operate(session: Session, macro: string, { args, detach }: RunFlags): Promise<number> {
  const given = args === undefined ? undefined : argumentsOf(args);
  const started = await session.client.call(runsOperate, {
    ...(await session.place()),
    macro,
    ...(given && { args: given }),
  });
  return attend(session, started, { ...(detach && { detach }) });
}

function argumentsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new Stop(2, 'the arguments are no JSON object', { where: '--args', hint: `like --args '{"name": "value"}'` });
}

async function attend(session: Session, started: Run, { detach }: { detach?: boolean }): Promise<number> {
  const { terminal, client } = session;
  if (detach) {
    session.answer(started, () => `started run=${started.id}`);
    return 0;
  }
  if (!session.json) terminal.complain(terminal.colors.dim(`run ${started.id}`));
  terminal.progress('waiting for a worker');
  const ended = await follow(session, started.id, (line) => {
    if (session.json || !isOutcome(line, started.kind)) return;
    terminal.print(painted(session, line));
    terminal.progress('running');
  });
  const { items } = await client.call(runsNodes, { run: started.id });
  terminal.endProgress();
  session.answer({ ...ended, nodes: items }, () => (ended.status === 'succeeded' ? ranOk(ended, items) : ''));
  if (ended.status === 'succeeded') return 0;
  if (!session.json) terminal.complain(failure(ended, items).join('\n'));
  return 1;
}

/** dbt's lines on what became of a node; of an operation, what its macro says. */
export function isOutcome({ event = '', level }: Pick<RunLine, 'event' | 'level'>, kind: Run['kind']): boolean {
  if (level === 'debug') return false;
  if (level === 'error' || level === 'warn') return true;
  return (
    kind === 'operation'
      ? /^(JinjaLog|Print|Formatting)/
      : /^Log(\w*Result|Skip)|^Skipping|^(WentOn|Waits|Waited|Deferred)$/
  ).test(event);
}

export function painted({ terminal: { colors } }: Pick<Session, 'terminal'>, { level, text }: RunLine): string {
  if (level === 'error') return colors.red(text);
  return level === 'warn' ? colors.yellow(text) : text;
}

/** The last line of a run that went well. Only what was built counts: tests pass, they build nothing. */
export function ranOk({ kind }: Pick<Run, 'kind'>, nodes: readonly Pick<RunNode, 'status'>[]): string {
  if (kind !== 'plan') return 'ran ok';
  const count = (word: string) => nodes.filter(({ status }) => status === word).length;
  const reused = count('reused');
  return `ran ok built=${count('success')}${reused > 0 ? ` reused=${reused}` : ''}`;
}

const bad = new Set(['error', 'fail', 'runtime error', 'partial success', 'interrupted']);

/** Why a run did not go well, every node that is to blame, and where to read on; dbt's own words came with its lines. */
export function failure(run: Run, nodes: readonly RunNode[]): string[] {
  const took =
    run.startedAt && run.finishedAt ? ` after ${span(Date.parse(run.finishedAt) - Date.parse(run.startedAt))}` : '';
  const skipped = nodes.filter(({ status }) => status === 'skipped').length;
  return [
    `error: the run ${run.status}${took}: ${inBrief(run)}`,
    ...nodes
      .filter(({ status }) => bad.has(status))
      .map(
        ({ node, status, message }) =>
          `  ${status} ${node}${message ? `: ${message.trim().replaceAll('\n', '\n    ')}` : ''}`,
      ),
    ...(skipped > 0 ? [`  skipped because of that: ${skipped}`] : []),
    `  hint: headgate logs ${run.id}`,
    ...(run.kind === 'plan' ? [`  hint: headgate run resume ${run.id} goes on with it`] : []),
  ];
}

/** The first line of the reason, without the dots that dbt fills lines up with. */
export const inBrief = ({ reason = 'no reason given' }: Pick<Run, 'reason'>): string =>
  reason
    .split('\n')[0]!
    .replace(/ \.{3,} /, ' ')
    .trim();
