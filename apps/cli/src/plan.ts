import { type Plan, plansDeferred, plansState, snapshotsManifest } from '@headgate/contracts';
import { differenceInWords, planDifferences } from '@headgate/plans';
import { Command } from 'commander';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { planAt } from './explain.ts';
import { print, propose, type ProposeFlags, proposeOptions, shownVerdicts } from './proposal.ts';
import { confirmAndRun } from './run.ts';
import { type Cli, ending, globalOptions, online, type Session } from './session.ts';
import { Stop } from './stop.ts';

interface PlanFlags extends ProposeFlags {
  readonly base?: string;
  readonly head?: string;
  readonly markdown?: boolean;
  readonly out?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly all?: boolean;
  readonly diff?: readonly string[];
}

const help = `
Examples:
  headgate plan
  headgate plan --select sessions+ --event-time 2026-01-01..2026-01-08
  headgate plan --select 'tag:nightly+' --exclude 'config.materialized:view'
  headgate plan --environment dev --select state:modified+ --defer prod
  headgate plan --out plan && headgate verify plan
  headgate plan --yes
  headgate plan --base prod/target --head target --markdown > comment.md
  headgate plan --diff yesterday/plan.json today/plan.json

With --defer, what is not selected and was never built here is read from the other environment, and state: in a selection
means: differs from what is there.

With --base and --head the plan is made here, from two sets of artifacts, without a server. With --data check the
sources.json of both are compared: of the base it counts when dbt looked before it built.

Exit: 0 planned (or run, or no difference), 1 it may not run, its run failed, or two plans differ, 2 bad input, 3 nothing ingested yet, or a file is missing`;

export function planCommand(cli: Cli): Command {
  return globalOptions(
    proposeOptions(
      new Command('plan').description('say what would run, and why; nothing runs before somebody confirms'),
    )
      .option('--out <dir>', 'write plan.json, and all that headgate verify needs')
      .option('--all', `print every verdict that is not SKIP, not the first ${shownVerdicts}`)
      .option('-y, --yes', 'confirm the plan and run it')
      .option('--base <dir>', 'offline: artifacts of what stands (manifest.json, or an exact state.json)')
      .option('--head <dir>', 'offline: artifacts of what is to be (manifest.json)')
      .option(
        '--diff <plans...>',
        'offline: what two plans say otherwise (two files, or folders that hold a plan.json)',
      )
      .option('--markdown', 'offline: for a comment on a pull request'),
  )
    .addHelpText('after', help)
    .action(planned(cli));
}

/** With --base and --head nothing is asked of a server, so that none has to be named. */
function planned(cli: Cli): (...all: unknown[]) => Promise<void> {
  const there = online(cli, planOnline);
  return async (...all) => {
    const command = all.at(-1) as Command;
    const { base, head, markdown, diff, ...rest } = command.opts<PlanFlags>();
    if (diff) {
      process.exitCode = await ending(cli.terminal, async () => differ(cli, command, diff, rest.json ?? false));
      return;
    }
    if (base === undefined && head === undefined && !markdown) return there(...all);
    if (base === undefined || head === undefined)
      return command.error('error: an offline plan needs both --base and --head', { exitCode: 64 });
    const online = (['select', 'exclude', 'fullRefresh', 'eventTime', 'defer', 'look', 'yes'] as const).filter(
      (name) => rest[name],
    );
    if (online.length > 0) command.error(`error: an offline plan takes no ${online.join(', ')}`, { exitCode: 64 });
    // Reading SQL needs the parser, which takes longer to load than all else together.
    const { offlinePlan } = await import('./offline-plan.ts');
    process.exitCode = offlinePlan(
      {
        base,
        head,
        ...(markdown && { markdown }),
        ...(rest.json && { json: true }),
        ...(rest.out && { out: rest.out }),
        ...(rest.data && { data: rest.data }),
      },
      (text) => cli.terminal.print(text.replace(/\n$/, '')),
      (text) => cli.terminal.complain(text),
    );
  };
}

/** Two plans beside each other; 1 when they do not agree. */
function differ({ cwd, terminal }: Cli, command: Command, diff: readonly string[], json: boolean): 0 | 1 {
  const [before, after, ...more] = diff;
  if (before === undefined || after === undefined || more.length > 0)
    return command.error('error: --diff takes two plans', { exitCode: 64 });
  const [a, b] = [planAt(cwd, before), planAt(cwd, after)];
  const differences = planDifferences(a, b);
  terminal.print(json ? JSON.stringify(differences) : differenceInWords(a, b).join('\n'));
  return differences.length > 0 ? 1 : 0;
}

async function planOnline(session: Session, flags: PlanFlags): Promise<number> {
  const { plan, document } = await propose(session, flags);
  if (flags.out) await keep(session, plan, document, resolve(session.cli.cwd, flags.out));
  if (session.json && !flags.yes) session.answer(plan, () => '');
  if (!session.json) print(session, plan, document, flags.all);
  if (!flags.yes) {
    if (!session.json && plan.counts.run + plan.counts.partial > 0)
      session.terminal.complain(`run it with: headgate run ${plan.id}`);
    return 0;
  }
  return confirmAndRun(session, plan, {});
}

/** The plan with all that verifying it needs. */
async function keep({ client, terminal }: Session, plan: Plan, document: Buffer, folder: string): Promise<void> {
  const { id, project, environment, snapshot } = plan;
  const [state, manifest, deferred] = await Promise.all([
    client.bytes(plansState, { plan: id }),
    client.bytes(snapshotsManifest, { project, environment, snapshot }),
    plan.defer === undefined ? undefined : client.bytes(plansDeferred, { plan: id }),
  ]);
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, bytes] of Object.entries({ plan: document, state, manifest, ...(deferred && { deferred }) }))
      writeFileSync(join(folder, `${name}.json`), bytes);
  } catch (error) {
    throw new Stop(2, `the plan cannot be written: ${(error as Error).message}`);
  }
  terminal.complain(`written to ${folder}`);
}
