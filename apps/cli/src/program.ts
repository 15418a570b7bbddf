import { Command } from 'commander';
import { auditCommand } from './audit.ts';
import { datasetsCommand } from './datasets.ts';
import { deadLettersCommand } from './dead-letters.ts';
import { diffCommand } from './diff.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { feedsCommand } from './feeds.ts';
import { graphCommand } from './graph.ts';
import { ingestCommand } from './ingest.ts';
import { inspectCommand } from './inspect.ts';
import { limitsCommand } from './limits.ts';
import { lineageCommand } from './lineage.ts';
import { linkCommand } from './link.ts';
import { logsCommand } from './logs.ts';
import { orgCommand } from './org.ts';
import { openlineageCommand } from './openlineage.ts';
import { planCommand } from './plan.ts';
import { runCommand } from './run.ts';
import { runsCommand } from './runs.ts';
import { schedulesCommand } from './schedules.ts';
import { searchCommand } from './search.ts';
import { selectCommand } from './select.ts';
import { type Cli, globalOptions } from './session.ts';
import { sinksCommand } from './sinks.ts';
import { tokensCommand } from './tokens.ts';
import { verifyCommand } from './verify.ts';

/** Every command, one factory each; the order is that of the help. */
const commands: readonly ((cli: Cli) => Command)[] = [
  ingestCommand,
  feedsCommand,
  openlineageCommand,
  searchCommand,
  graphCommand,
  diffCommand,
  planCommand,
  runCommand,
  runsCommand,
  logsCommand,
  schedulesCommand,
  deadLettersCommand,
  limitsCommand,
  datasetsCommand,
  sinksCommand,
  auditCommand,
  tokensCommand,
  linkCommand,
  orgCommand,
  doctorCommand,
  inspectCommand,
  selectCommand,
  lineageCommand,
  explainCommand,
  verifyCommand,
];

/** The whole command line. Usage errors throw commander's error, so that their exit code is the caller's to give. */
export function programOf(cli: Cli, version: string): Command {
  const program = globalOptions(new Command('headgate').description('The open control plane for dbt.'))
    .version(version, '-V, --version', 'print the version')
    // Behind a command's name its own options count: select has a --project of another kind.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nExamples:\n  headgate ingest --project-dir .\n  headgate plan\n  headgate run\n  headgate audit verify\n\nExit: 0 ok, 1 the answer is no, 2 bad input, 3 nobody can tell, 64 usage',
    );
  for (const command of commands) program.addCommand(command(cli));
  program.hook('preAction', (_, action) => {
    if (program.opts()['json']) action.setOptionValueWithSource('json', true, 'cli');
  });
  quietExits(program);
  return program;
}

/** Usage errors throw, so that their exit code is ours to give. */
function quietExits(command: Command): void {
  command.exitOverride().showHelpAfterError(`(headgate${pathOf(command)} --help says how)`);
  command.commands.forEach(quietExits);
}

const pathOf = (command: Command): string => (command.parent ? `${pathOf(command.parent)} ${command.name()}` : '');
