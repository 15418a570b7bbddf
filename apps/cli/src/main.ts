import { readFileSync } from 'node:fs';
import { programOf } from './program.ts';
import { Terminal } from './terminal.ts';

const exitUsage = 64;
const exitBug = 70;

// Three folders up, from the sources as from what is built of them.
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const { stdin, stdout, stderr, argv, env } = process;
const terminal = new Terminal(stdin, stdout, stderr, !env.NO_COLOR && !argv.includes('--no-color'));
try {
  await programOf({ env, cwd: process.cwd(), terminal }, version).parseAsync();
} catch (error) {
  const { code = '', exitCode = 1, stack } = error as { code?: string; exitCode?: number; stack?: string };
  // commander has said what is wrong; asking for help is no error
  if (code.startsWith('commander.')) process.exitCode = exitCode === 0 ? 0 : exitUsage;
  else {
    terminal.complain(`this is a bug in headgate: ${stack ?? String(error)}`);
    process.exitCode = exitBug;
  }
}
