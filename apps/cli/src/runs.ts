import { type Run, runsList } from '@headgate/contracts';
import { Command } from 'commander';
import { naturalNumber } from './numbers.ts';
import { inBrief } from './run.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { span, table, when } from './table.ts';

export function runsCommand(cli: Cli): Command {
  return globalOptions(
    new Command('runs')
      .description('list the runs of an environment, newest first')
      .option('--limit <n>', 'at most so many', naturalNumber(200), 20),
  )
    .addHelpText('after', '\nExamples:\n  headgate runs\n  headgate runs --limit 1 --json')
    .action(online(cli, runs));
}

async function runs(session: Session, { limit }: { limit: number }): Promise<number> {
  const found = await session.client.call(runsList, { ...(await session.place()), limit });
  session.answer(found, () =>
    found.items.length > 0 ? table(found.items.map((run) => row(session, run))) : 'no runs yet',
  );
  return 0;
}

function row({ terminal: { colors } }: Session, run: Run): string[] {
  const paint = { succeeded: colors.green, failed: colors.red, cancelled: colors.yellow }[run.status as string];
  const took = run.startedAt && run.finishedAt ? span(Date.parse(run.finishedAt) - Date.parse(run.startedAt)) : '';
  const counts = Object.entries(run.counts).map(([status, count]) => `${count} ${status}`);
  const about = run.reason === undefined ? counts.join(', ') : inBrief(run);
  return [run.id, when(run.createdAt), run.kind, paint ? paint(run.status) : run.status, took, about];
}
