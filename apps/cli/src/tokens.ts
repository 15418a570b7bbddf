import { type Token, tokensCreate, type TokensCreateInput, tokensList, tokensRevoke } from '@headgate/contracts';
import { Command } from 'commander';
import { naturalNumber } from './numbers.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { Stop } from './stop.ts';
import { table, when } from './table.ts';

export function tokensCommand(cli: Cli): Command {
  return new Command('tokens')
    .description('list, make and revoke service tokens')
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(createCommand(cli))
    .addCommand(revokeCommand(cli))
    .addHelpText(
      'after',
      '\nExamples:\n  headgate tokens\n  headgate tokens create ci --role engineer --days 90\n  headgate tokens revoke 0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a',
    );
}

const listCommand = (cli: Cli): Command =>
  globalOptions(new Command('list').description('list the tokens, newest first'))
    .addHelpText('after', '\nExample:\n  headgate tokens list --json')
    .action(online(cli, list));

const createCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('create')
      .description('make a token; its secret is shown this once')
      .argument('<name>', 'what it is for')
      .requiredOption('--role <role>', 'what it may do: viewer, engineer, steward, admin, owner or service')
      .option('--days <n>', 'how long it is valid (default: until revoked)', naturalNumber(3650)),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  headgate tokens create ci --role engineer --days 90\n  headgate tokens create shop-ci --role engineer --project shop --environment prod\n\nWith --project, or with --environment too, the role holds there and nowhere else.',
    )
    .action(online(cli, create));

const revokeCommand = (cli: Cli): Command =>
  globalOptions(new Command('revoke').description('revoke a token').argument('<id>', 'the id, as listed'))
    .addHelpText('after', '\nExample:\n  headgate tokens revoke 0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a')
    .action(online(cli, revoke));

async function list(session: Session): Promise<number> {
  const items: Token[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await session.client.call(tokensList, cursor ? { cursor } : {});
    items.push(...page.items);
    cursor = page.next;
    if (cursor === undefined) break;
  }
  session.answer({ items }, () =>
    table(items.map((token) => [token.id, token.role, placeOf(token), stateOf(token), token.name])),
  );
  return 0;
}

const placeOf = ({ project = '*', environment = '*' }: Token): string => `${project}/${environment}`;

function stateOf({ revokedAt, expiresAt }: Token): string {
  if (revokedAt) return `revoked ${when(revokedAt)}`;
  return expiresAt ? `until ${when(expiresAt)}` : 'valid';
}

/** The secret alone goes to standard output, so that it can be piped to where it is kept. */
async function create(
  session: Session,
  { role, days }: { role: TokensCreateInput['role']; days?: number },
  name: string,
): Promise<number> {
  const { project, environment } = session.flags;
  if (environment !== undefined && project === undefined) throw new Stop(64, 'an --environment is one of a --project');
  const place = { ...(project && { project }), ...(environment && { environment }) };
  const made = await session.client.call(tokensCreate, { name, role, ...place, ...(days && { days }) });
  session.answer(made, () => made.secret);
  if (!session.json) session.terminal.complain(`token ${made.token.id} (${role}); the secret above is not shown again`);
  return 0;
}

async function revoke(session: Session, _: object, id: string): Promise<number> {
  const token = await session.client.call(tokensRevoke, { id });
  session.answer(token, () => `revoked ${token.name} (${token.id})`);
  return 0;
}
