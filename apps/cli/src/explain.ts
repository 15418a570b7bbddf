import { contract, ContractError } from '@headgate/contracts';
import { type ExecutionPlan, explain } from '@headgate/plans';
import { Command } from 'commander';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Cli, ending } from './session.ts';
import { Stop } from './stop.ts';

export function explainCommand(cli: Cli): Command {
  return new Command('explain')
    .description('say why a plan runs or skips what it does (offline)')
    .argument('<plan>', 'plan.json, or the folder that holds it')
    .argument('[node]', 'the id of one node, for every reason, its cause and its evidence')
    .addHelpText(
      'after',
      '\nExamples:\n  headgate plan --out plan && headgate explain plan\n  headgate explain plan model.shop.orders\n\nExit: 0 explained, 1 the node is not in the plan, 2 that is no plan, 3 the file is missing',
    )
    .action(async (plan: string, node?: string) => {
      process.exitCode = await ending(cli.terminal, async () => explainFile(cli, plan, node));
    });
}

function explainFile({ cwd, terminal }: Cli, given: string, node: string | undefined): 0 | 1 {
  const plan = planAt(cwd, given);
  terminal.print(explain(plan, node).join('\n'));
  return node === undefined || plan.entries.some(({ id }) => id === node) ? 0 : 1;
}

/** A plan by its file, or by the folder that holds it; stops with 3 where it is missing, with 2 where it is none. */
export function planAt(cwd: string, given: string): ExecutionPlan {
  const path = resolve(cwd, given);
  const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  return readPlan(folder ? join(path, 'plan.json') : path);
}

function readPlan(file: string): ExecutionPlan {
  try {
    return contract<ExecutionPlan>('ExecutionPlan').parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    if (!(error instanceof SyntaxError || error instanceof ContractError || syscall)) throw error;
    throw new Stop(code === 'ENOENT' ? 3 : 2, `${file}: ${message}`);
  }
}
