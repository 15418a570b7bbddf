import { orgsCreate } from '@headgate/contracts';
import { Command } from 'commander';
import { type Cli, globalOptions, online, type Session } from './session.ts';

interface Options {
  owner: string;
  name?: string;
  email?: string;
}

export function orgCommand(cli: Cli): Command {
  return globalOptions(
    new Command('org')
      .description('make an organization, with a one-time link for its first owner; for the operator of the install')
      .argument('<slug>', 'its short name')
      .requiredOption('--owner <id>', 'who owns it at first: a short name or an e-mail address')
      .option('--name <name>', 'what people call it (default: the slug)')
      .option('--email <address>', 'of the owner, where people sign in with an outside OpenID provider'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate org north --owner ned\n  headgate org north --owner ned --name "The North" --email ned@north.example\n\nUntil somebody has signed in there, the same command makes another link.',
    )
    .action(online(cli, create));
}

/** The link alone goes to standard output, as with `headgate link`. */
async function create(session: Session, { owner, name, email }: Options, slug: string): Promise<number> {
  const made = await session.client.call(orgsCreate, { slug, owner, ...(name && { name }), ...(email && { email }) });
  const url = `${session.client.url}/auth/link?token=${made.token}`;
  session.answer({ ...made, url }, () => url);
  if (!session.json) {
    const { org, expiresAt } = made;
    session.terminal.complain(
      `signs ${owner}, owner of ${org.name}, in once, until ${expiresAt}; it is not shown again`,
    );
  }
  return 0;
}
