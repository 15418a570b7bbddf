import { type RunLine, runsGet, runsLogs } from '@headgate/contracts';
import { Command } from 'commander';
import { follow } from './follow.ts';
import { inBrief, painted } from './run.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';

interface LogFlags {
  readonly follow?: boolean;
  readonly debug?: boolean;
  readonly node?: string;
}

export function logsCommand(cli: Cli): Command {
  return globalOptions(
    new Command('logs')
      .description('print what dbt said in a run')
      .argument('<run>', 'the id of a run')
      .option('-f, --follow', 'go on as lines come, until the run ends')
      .option('--debug', "dbt's debug lines, too")
      .option('--node <id>', 'only lines about this node'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate logs 0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a\n  headgate logs -f 0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a --json\n\nExit: 0 printed, 1 the run that was followed did not succeed, 3 no such run',
    )
    .action(online(cli, logs));
}

async function logs(session: Session, flags: LogFlags, run: string): Promise<number> {
  const { client, terminal } = session;
  const show = (line: RunLine): void => {
    if ((line.level === 'debug' && !flags.debug) || (flags.node && line.node !== flags.node)) return;
    session.answer(line, () => painted(session, line));
  };
  if (flags.follow) {
    const ended = await follow(session, run, show);
    if (ended.status === 'succeeded') return 0;
    terminal.complain(`the run ${ended.status}: ${inBrief(ended)}`);
    return 1;
  }
  await client.call(runsGet, { run });
  for (let after = 0; ;) {
    const { items } = await client.call(runsLogs, { run, after });
    items.forEach(show);
    if (items.length === 0) return 0;
    after = items.at(-1)!.seq;
  }
}
