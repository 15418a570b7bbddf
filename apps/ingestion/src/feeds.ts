import { Inject, Injectable } from '@nestjs/common';
import {
  type Empty,
  type Feed,
  feedRemoved,
  feedSaved,
  type FeedsGetInput,
  type FeedsListInput,
  type FeedsListOutput,
  type FeedsPutInput,
} from '@headgate/contracts';
import {
  type Call,
  CONFIG,
  type Config,
  Database,
  Failure,
  keyOf,
  mutate,
  pageOf,
  type Tx,
  Vault,
} from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { FeedGuard } from './feed-guard.ts';
import { type Credentials, filesOf } from './feed-places.ts';

interface Row {
  id: string;
  project: string;
  environment: string;
  feed: string;
  url: string;
  endpoint: string | null;
  region: string | null;
  path_style: boolean | null;
  every_minutes: number | null;
  credentials: Feed['credentials'];
  sealed: Buffer | null;
  saved_by: string;
  saved_at: Date;
  last: Feed['last'] | null;
}

/** A feed with what opens it, for the one who pulls. */
export interface OpenFeed {
  readonly id: string;
  readonly shown: Feed;
  readonly credentials: Credentials | undefined;
}

const rows = `select f.*, s.last from feed f join feed_state s on s.feed_id = f.id and s.org_id = f.org_id`;

/** Where artifacts are pulled from. Credentials go in and never come out. */
@Injectable()
export class Feeds {
  readonly guard: FeedGuard;

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    @Inject(CONFIG) config: Config,
  ) {
    this.guard = new FeedGuard(config.feeds);
  }

  put(input: FeedsPutInput, call: Call): Promise<Feed> {
    refuseCredentials(input.credentials, input.url);
    const [file] = filesOf(input);
    this.guard.refuse(file!.url, input.credentials !== undefined);
    const { project, environment, feed, url, endpoint, region, pathStyle, everyMinutes, credentials } = input;
    const kind = credentials?.kind ?? 'none';
    return this.database.write(call, async (tx) => {
      await forget(tx, input);
      const id = uuidv7();
      const sealed = credentials && this.vault.seal(tx.org, purposeOf(id), JSON.stringify(credentials));
      await tx.query(
        `insert into feed (org_id, id, project, environment, feed, url, endpoint, region, path_style, every_minutes, credentials, sealed, saved_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
        [
          ...[tx.org, id, project, environment, feed, url, endpoint ?? null, region ?? null, pathStyle ?? null],
          ...[everyMinutes ?? null, kind, sealed ?? null, call.actor.id],
        ],
      );
      const due = everyMinutes === undefined ? 'null' : 'now()';
      await tx.query(`insert into feed_state (org_id, feed_id, due_at) values ($1, $2, ${due})`, [tx.org, id]);
      const { credentials: _, ...plain } = input;
      await mutate(tx, feedSaved, { ...plain, credentials: kind });
      return shown(await rowOf(tx, input));
    });
  }

  get(input: FeedsGetInput, call: Call): Promise<Feed> {
    return this.database.read(call, async (tx) => shown(await rowOf(tx, input)));
  }

  list({ project, environment, cursor, limit = 50 }: FeedsListInput, call: Call): Promise<FeedsListOutput> {
    return this.database.read(call, async (tx) => {
      const [after] = keyOf(cursor, 1) ?? [''];
      const found = await tx.query<Row>(
        `${rows} where f.project = $1 and f.environment = $2 and f.feed > $3 order by f.feed limit $4`,
        [project, environment, after, limit + 1],
      );
      return pageOf(found, limit, ({ feed }) => [feed], shown);
    });
  }

  remove(input: FeedsGetInput, call: Call): Promise<Empty> {
    return this.database.write(call, async (tx) => {
      if (!(await forget(tx, input))) throw nowhere(input);
      const { project, environment, feed } = input;
      await mutate(tx, feedRemoved, { project, environment, feed });
      return {};
    });
  }

  /** By its name, or by its id. */
  open(which: FeedsGetInput | { readonly id: string }, call: Call): Promise<OpenFeed> {
    return this.database.read(call, async (tx) => {
      const row = await rowOf(tx, which);
      const { id, sealed } = row;
      const credentials = sealed && (JSON.parse(this.vault.open(tx.org, purposeOf(id), sealed)) as Credentials);
      return { id, shown: shown(row), credentials: credentials ?? undefined };
    });
  }
}

const purposeOf = (id: string): string => `feed/${id}`;

async function rowOf(tx: Tx, which: FeedsGetInput | { readonly id: string }): Promise<Row> {
  const [row] =
    'id' in which
      ? await tx.query<Row>(`${rows} where f.id = $1`, [which.id])
      : await tx.query<Row>(`${rows} where f.project = $1 and f.environment = $2 and f.feed = $3`, [
          ...[which.project, which.environment, which.feed],
        ]);
  if (row) return row;
  throw 'id' in which ? new Failure('conflict', { detail: 'the feed was changed meanwhile' }) : nowhere(which);
}

async function forget(tx: Tx, { project, environment, feed }: FeedsGetInput): Promise<boolean> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `${tx.org} ${project} ${environment} feed ${feed}`,
  ]);
  const [gone] = await tx.query<{ id: string }>(
    'delete from feed where project = $1 and environment = $2 and feed = $3 returning id',
    [project, environment, feed],
  );
  if (!gone) return false;
  await tx.query('delete from feed_state where feed_id = $1', [gone.id]);
  await tx.query('delete from feed_file where feed_id = $1', [gone.id]);
  return true;
}

const nowhere = ({ project, environment, feed }: FeedsGetInput): Failure =>
  new Failure('not-found', { detail: `${project}/${environment} has no feed ${feed}`, where: '/feed' });

/** Headers that are ours to write, or that would make another request of it. */
const ours = /^(host|connection|content-|transfer-|te$|trailer|upgrade|expect|range|if-|accept-|proxy-|user-agent$)/i;

function refuseCredentials(credentials: Credentials | undefined, url: string): void {
  if (!credentials) return;
  const { kind, name, secret, sessionToken } = credentials;
  const say = (where: string, detail: string) => {
    throw new Failure('contract.invalid', { detail, where: `/credentials/${where}` });
  };
  if ((kind === 'aws') !== url.startsWith('s3://')) say('kind', 'aws goes with s3://, and nothing else does');
  if ((name === undefined) !== (kind === 'bearer'))
    say('name', `${kind} ${kind === 'bearer' ? 'has no' : 'needs a'} name`);
  if (sessionToken !== undefined && kind !== 'aws') say('sessionToken', `${kind} has none`);
  if (kind === 'header' && (!/^[A-Za-z0-9-]{1,64}$/.test(name!) || ours.test(name!)))
    say('name', 'it is no header that a feed may set');
  if (kind === 'basic' && name!.includes(':')) say('name', 'a user has no colon');
  const isText = (text = '') => /^[\x20-\x7e]*$/.test(text);
  if (kind !== 'basic' && !(isText(name) && isText(secret) && isText(sessionToken)))
    say('secret', 'it holds what no header can');
}

function shown(row: Row): Feed {
  const { endpoint, region, path_style: pathStyle, every_minutes: everyMinutes, last } = row;
  return {
    ...{ project: row.project, environment: row.environment, feed: row.feed, url: row.url },
    ...(endpoint !== null && { endpoint }),
    ...(region !== null && { region }),
    ...(pathStyle !== null && { pathStyle }),
    ...(everyMinutes !== null && { everyMinutes }),
    ...{ credentials: row.credentials, savedBy: row.saved_by, savedAt: row.saved_at.toISOString() },
    ...(last && { last }),
  };
}
