import { type Feed, feedsList, feedsPull, type FeedsPutInput, feedsPut, feedsRemove } from '@headgate/contracts';
import { Command, Option } from 'commander';
import { patiently } from './follow.ts';
import { naturalNumber } from './numbers.ts';
import { all } from './pages.ts';
import { type Cli, globalOptions, online, type Session } from './session.ts';
import { Stop } from './stop.ts';
import { table, when } from './table.ts';

type Kind = NonNullable<FeedsPutInput['credentials']>['kind'];

interface AddFlags {
  readonly every?: number;
  readonly endpoint?: string;
  readonly region?: string;
  readonly pathStyle?: boolean;
  readonly credentials?: Kind;
  readonly name?: string;
}

/** What a server may take to fetch and read the largest project, in ms. */
const pullingMs = 1_800_000;
const secretName = 'HEADGATE_FEED_SECRET';
const sessionName = 'HEADGATE_FEED_SESSION_TOKEN';

const addHelp = `
Examples:
  headgate feeds add nightly https://ci.example/shop/target --every 15
  headgate feeds add lake s3://artifacts/shop/prod --region eu-central-1 --every 15 --credentials aws --name AKIA…
  headgate feeds add minio s3://artifacts/shop --endpoint https://minio.example:9000 --credentials aws --name shop
  headgate feeds add gitlab https://gitlab.example/api/…/target --credentials header --name PRIVATE-TOKEN

The secret is read from ${secretName}, never from the command line; temporary credentials of AWS have their
session token in ${sessionName}. Both are sealed by the server and never shown again.`;

export function feedsCommand(cli: Cli): Command {
  return new Command('feeds')
    .description("pull an environment's artifacts from S3 or the web")
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(addCommand(cli))
    .addCommand(pullCommand(cli))
    .addCommand(removeCommand(cli))
    .addHelpText(
      'after',
      '\nExamples:\n  headgate feeds\n  headgate feeds add nightly https://ci.example/shop/target --every 15\n  headgate feeds pull nightly\n  headgate feeds remove nightly',
    );
}

const listCommand = (cli: Cli): Command =>
  globalOptions(new Command('list').description('list the feeds, and how they were pulled last'))
    .addHelpText('after', '\nExample:\n  headgate feeds list --json')
    .action(online(cli, list));

const addCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('add')
      .description('name where artifacts are pulled from; the same name again replaces it, with its credentials')
      .argument('<feed>', 'what it is called')
      .argument('<url>', 's3://bucket/prefix, or the address of a folder or of one file')
      .option('--every <minutes>', 'how often to look (default: only when asked)', naturalNumber(10080))
      .option('--endpoint <url>', 'an S3-compatible store that is not AWS')
      .option('--region <name>', 'where the bucket is (default: us-east-1)')
      .option('--path-style', 'the bucket stands in the path (default with --endpoint)')
      .option('--no-path-style', "the bucket stands in the host's name")
      .addOption(new Option('--credentials <kind>', 'what opens it').choices(['aws', 'basic', 'bearer', 'header']))
      .option('--name <name>', "aws: the access key's id; basic: the user; header: what it is called"),
  )
    .addHelpText('after', addHelp)
    .action(online(cli, add));

const pullCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('pull')
      .description('look now, and take what has changed')
      .argument('<feed>', 'what it is called')
      .option('--force', 'read and take everything again, changed or not'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  headgate feeds pull nightly\n\nExit: 0 taken or unchanged, 2 an artifact is refused, 3 it could not be pulled',
    )
    .action(online(cli, pull));

const removeCommand = (cli: Cli): Command =>
  globalOptions(
    new Command('remove').description('forget a feed and its credentials').argument('<feed>', 'what it is called'),
  )
    .addHelpText('after', '\nExample:\n  headgate feeds remove nightly')
    .action(online(cli, remove));

async function list(session: Session): Promise<number> {
  const place = await session.place();
  const items = await all((page) => session.client.call(feedsList, { ...place, ...page }));
  const rows = items.map((feed) => [feed.feed, rhythmOf(feed), stateOf(feed), feed.url]);
  session.answer({ items }, () =>
    rows.length > 0 ? table(rows) : 'no feeds yet; `headgate feeds add --help` says how',
  );
  return 0;
}

const rhythmOf = ({ everyMinutes }: Feed): string => (everyMinutes ? `every ${everyMinutes} min` : 'when asked');

function stateOf({ last }: Feed): string {
  if (!last) return 'not pulled yet';
  return `${last.outcome} ${when(last.at)}${last.error ? ` (${last.error.detail})` : ''}`;
}

async function add(session: Session, flags: AddFlags, feed: string, url: string): Promise<number> {
  const { every, endpoint, region, pathStyle } = flags;
  const credentials = credentialsOf(session, flags);
  const saved = await session.client.call(feedsPut, {
    ...(await session.place()),
    ...{ feed, url },
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(pathStyle !== undefined && { pathStyle }),
    ...(every !== undefined && { everyMinutes: every }),
    ...(credentials && { credentials }),
  });
  session.answer(saved, () => `saved ${feed} (${rhythmOf(saved)}, credentials: ${saved.credentials})`);
  return 0;
}

function credentialsOf({ cli }: Session, { credentials: kind, name }: AddFlags): FeedsPutInput['credentials'] {
  if (!kind) return undefined;
  const secret = cli.env[secretName];
  if (!secret)
    throw new Stop(64, 'there is no secret to seal', { hint: `put it into ${secretName}; it is not an option` });
  const sessionToken = kind === 'aws' ? cli.env[sessionName] : undefined;
  return { kind, secret, ...(name !== undefined && { name }), ...(sessionToken && { sessionToken }) };
}

async function pull(session: Session, { force }: { force?: boolean }, feed: string): Promise<number> {
  const place = await session.place();
  session.terminal.progress(`pulling ${feed}`);
  const ask = () => session.client.call(feedsPull, { ...place, feed, ...(force && { force }) });
  const pulled = await patiently(ask, pullingMs);
  session.terminal.endProgress();
  const { outcome, files, snapshot, error } = pulled.last!;
  if (error && !session.json)
    throw new Stop(error.code === 'artifact.refused' ? 2 : 3, error.detail, {
      ...(error.where && { where: error.where }),
      ...(error.hint && { hint: error.hint }),
    });
  session.answer(pulled, () => [
    `${outcome}${snapshot ? ` snapshot=${snapshot}` : ''}`,
    ...table(files.map(({ name, state, bytes }) => [name, state, bytes === undefined ? '' : `${bytes} bytes`])),
  ]);
  if (!error) return 0;
  return error.code === 'artifact.refused' ? 2 : 3;
}

async function remove(session: Session, _: object, feed: string): Promise<number> {
  await session.client.call(feedsRemove, { ...(await session.place()), feed });
  session.answer({}, () => `removed ${feed}; what it brought stays`);
  return 0;
}
