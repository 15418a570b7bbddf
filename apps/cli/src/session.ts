import { environmentsList, projectsList } from '@headgate/contracts';
import { type Command, Option } from 'commander';
import { Client } from './client.ts';
import { type GlobalFlags, type Settings, settingsOf } from './settings.ts';
import { Stop } from './stop.ts';
import type { Terminal } from './terminal.ts';

/** What every online command is given by the process it runs in. */
export interface Cli {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly terminal: Terminal;
}

export interface Place {
  readonly project: string;
  readonly environment: string;
}

/** One invocation: the server, the terminal, and the place that is meant. */
export class Session {
  readonly settings: Settings;
  readonly client: Client;
  readonly json: boolean;

  constructor(
    readonly cli: Cli,
    /** As they were given on the command line, without what else may say it. */
    readonly flags: GlobalFlags,
  ) {
    this.settings = settingsOf(flags, cli.env, cli.cwd);
    this.client = new Client(this.settings.url, this.settings.token);
    this.json = flags.json ?? false;
  }

  get terminal(): Terminal {
    return this.cli.terminal;
  }

  /** The answer: as one line of JSON when that was asked for, in words otherwise. */
  answer(value: unknown, words: () => string | readonly string[]): void {
    const text = this.json ? JSON.stringify(value) : [words()].flat().join('\n');
    if (text !== '') this.terminal.print(text);
  }

  /** The project and the environment that are meant; a single one need not be named. */
  async place(): Promise<Place> {
    const project =
      this.settings.project ??
      only(
        'project',
        (await this.client.call(projectsList, { limit: 20 })).items.map((one) => one.project),
      );
    const environment =
      this.settings.environment ??
      only(
        'environment',
        (await this.client.call(environmentsList, { project, limit: 20 })).items.map((one) => one.environment),
      );
    return { project, environment };
  }
}

function only(what: 'project' | 'environment', names: readonly string[]): string {
  const [name, ...more] = names;
  if (name === undefined)
    throw new Stop(3, `there is no ${what} yet`, {
      hint: 'headgate ingest --create makes the project and the environment it is told',
    });
  if (more.length > 0)
    throw new Stop(2, `which ${what}? there are ${names.join(', ')}`, {
      hint: `give --${what} or HEADGATE_${what.toUpperCase()}`,
    });
  return name;
}

/** The global options, which online commands take behind their name, too. */
export function globalOptions<C extends Command>(command: C): C {
  for (const option of [
    new Option('--url <url>', 'the server (HEADGATE_URL; default: the install whose folder this is)'),
    new Option('--token <token>', 'a service token (HEADGATE_TOKEN; default: the token of that install)'),
    new Option('--project <name>', 'the project (HEADGATE_PROJECT; default: the only one)'),
    new Option('--environment <name>', 'the environment (HEADGATE_ENVIRONMENT; default: the only one)'),
    new Option('--json', 'answer in JSON'),
    new Option('--no-color', 'no colours'),
  ])
    command.addOption(option.helpGroup('Global options:'));
  return command;
}

/** A commander action that is given a session and answers an exit code. */
export function online<A extends unknown[], O extends object>(
  cli: Cli,
  act: (session: Session, options: O, ...args: A) => Promise<number>,
): (...all: unknown[]) => Promise<void> {
  return async (...all) => {
    const command = all.at(-1) as Command;
    const args = all.slice(0, -2) as A;
    process.exitCode = await ending(cli.terminal, () =>
      act(new Session(cli, flagsOf(command)), command.opts<O>(), ...args),
    );
  };
}

/** Runs, and prints what ended it. Answers the exit code. */
export async function ending(terminal: Terminal, act: () => Promise<number>): Promise<number> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    terminal.complain(error.lines.join('\n'));
    return error.exit;
  } finally {
    terminal.endProgress();
  }
}

/** Options behind the command's name win over those before it. */
function flagsOf(command: Command): GlobalFlags {
  return command.parent ? { ...flagsOf(command.parent), ...command.opts<GlobalFlags>() } : command.opts<GlobalFlags>();
}
