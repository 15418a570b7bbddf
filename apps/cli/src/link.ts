import { linksCreate } from '@headgate/contracts';
import { Command } from 'commander';
import { type Cli, globalOptions, online, type Session } from './session.ts';

export function linkCommand(cli: Cli): Command {
  return globalOptions(
    new Command('link')
      .description('make a one-time link for signing in to the web, good for 24 hours')
      .argument('[person]', 'for whom (default: whoever holds the token)'),
  )
    .addHelpText('after', '\nExamples:\n  headgate link\n  headgate link ada')
    .action(online(cli, link));
}

/** The link alone goes to standard output, so that it can be piped to whoever it is for. */
async function link(session: Session, _: object, person?: string): Promise<number> {
  const made = await session.client.call(linksCreate, person ? { person } : {});
  const url = `${session.client.url}/auth/link?token=${made.token}`;
  session.answer({ ...made, url }, () => url);
  if (!session.json) {
    session.terminal.complain(`signs ${made.person} in once, until ${made.expiresAt}; it is not shown again`);
  }
  return 0;
}
