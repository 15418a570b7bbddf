import { Command } from 'commander';
import { inspectCommand } from './inspect.ts';
import { lineageCommand } from './lineage.ts';
import { offlinePlanCommand } from './offline-plan.ts';
import { selectCommand } from './select.ts';
import { verifyCommand } from './verify.ts';

/** Every command, one factory each; the order is that of the help. */
const commands = [inspectCommand, selectCommand, lineageCommand, offlinePlanCommand, verifyCommand];

const program = new Command('headgate').description('The open control plane for dbt.');
for (const command of commands) program.addCommand(command());
program.exitOverride();
for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  const { code = '', exitCode = 1 } = error as { code?: string; exitCode?: number };
  if (!code.startsWith('commander.')) throw error;
  // commander has said what is wrong; asking for help is no error
  process.exitCode = exitCode === 0 ? 0 : 64;
}
