import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Feed, FeedPull, FeedsPullInput } from '@headgate/contracts';
import { Blobs, type Call, CONFIG, type Config, Database, Failure, Infra, LOG, type Tx } from '@headgate/kit';
import type { Logger } from 'pino';
import { FeedDownload, type Fetched } from './feed-download.ts';
import { filesOf } from './feed-places.ts';
import { Feeds, type OpenFeed } from './feeds.ts';
import { Ingests } from './ingests.ts';
import { Running } from './running.ts';

/** Whoever falls silent for so long has died. */
export const holdSeconds = 60;
/** After so long, whatever it is, it is not an artifact on its way; ms. */
const mostMs = 30 * 60_000;

interface FileRow {
  readonly name: string;
  readonly etag: string | null;
  readonly last_modified: string | null;
  readonly blob: string;
  readonly bytes: string;
  readonly taken: boolean;
}

interface Seen {
  readonly name: string;
  readonly fetched: Fetched;
}

/**
 * Looks at feeds, and takes what has changed there as any other delivery.
 * unaudited: a look decides nothing; the ingest of what it finds writes the leaf.
 */
@Injectable()
export class FeedPulls implements BeforeApplicationShutdown {
  private readonly running = new Running<Feed>(20_000, 60_000);
  private readonly over = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
    private readonly blobs: Blobs,
    private readonly feeds: Feeds,
    private readonly ingests: Ingests,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  beforeApplicationShutdown(): void {
    this.over.abort();
  }

  /** For somebody who asks. A long one outlasts the request: the same request again joins it. */
  pull({ force = false, ...which }: FeedsPullInput, call: Call): Promise<Feed> {
    return this.running.join(JSON.stringify([call.org, which, force]), async () => {
      const { id } = await this.feeds.open(which, call);
      const held = await this.infra.query(
        `update feed_state set held_until = now() + make_interval(secs => $1)
         where org_id = $2 and feed_id = $3 and (held_until is null or held_until < now()) returning feed_id`,
        [holdSeconds, call.org, id],
      );
      if (held.length === 0)
        throw new Failure('unavailable', { detail: 'the feed is being pulled just now', hint: 'ask in a moment' });
      await this.work(id, call, force);
      return this.feeds.get(which, call);
    });
  }

  /** Pulls a feed that is held, says how it went, and lets go of it. */
  async work(id: string, call: Call, force = false): Promise<void> {
    const hold = setInterval(() => void this.extend(id, call).catch(() => undefined), (holdSeconds * 1000) / 3);
    const last = await this.attempt(id, call, force).finally(() => clearInterval(hold));
    // What was broken off by our own end did not fail; it is due as it was.
    const isOver = this.over.signal.aborted;
    await this.database.write(call, (tx) =>
      tx.query(
        `update feed_state s set held_until = null, last = case when $2 then s.last else $3::jsonb end,
           due_at = case when $2 then s.due_at else now() + make_interval(mins => f.every_minutes) end
         from feed f where f.id = s.feed_id and s.feed_id = $1`,
        [id, isOver, JSON.stringify(last)],
      ),
    );
  }

  private extend(id: string, { org }: Call): Promise<unknown> {
    return this.infra.query(
      'update feed_state set held_until = now() + make_interval(secs => $1) where org_id = $2 and feed_id = $3',
      [holdSeconds, org, id],
    );
  }

  private async attempt(id: string, call: Call, force: boolean): Promise<FeedPull> {
    const files: FeedPull['files'] = [];
    const at = new Date().toISOString();
    try {
      return { at, files, ...(await this.take(id, call, force, files)) };
    } catch (error) {
      if (!(error instanceof Failure)) this.log.error({ err: error, feed: id }, 'pull failed');
      return { at, outcome: 'failed', files, error: told(error) };
    }
  }

  private async take(id: string, call: Call, force: boolean, files: FeedPull['files']): Promise<Outcome> {
    const feed = await this.feeds.open({ id }, call);
    const known = await this.database.read(call, (tx) => filesIn(tx, id));
    const seen = await this.look(feed, call, force ? [] : known, files);
    if (seen.every(({ fetched }) => fetched.state === 'absent' || fetched.state === 'forbidden')) throw nothing(feed);
    const now = await this.database.write(call, (tx) => note(tx, id, seen, known));
    // By force, all that came is delivered again; not what is forbidden by now.
    const came = seen.filter(({ fetched }) => fetched.state === 'read').map(({ name }) => name);
    const waiting = now.filter(({ name, taken }) => !taken || (force && came.includes(name)));
    if (waiting.length === 0) return { outcome: 'unchanged' };
    const before = feed.shown.last;
    // The same bytes are refused for the same reason: they are not read again.
    if (!force && before?.error?.code === 'artifact.refused' && files.every(({ state }) => state !== 'read'))
      return { outcome: 'failed', error: before.error };
    return this.deliver(feed, call, waiting, files);
  }

  private async look({ shown, credentials }: OpenFeed, call: Call, known: FileRow[], files: FeedPull['files']) {
    const signal = AbortSignal.any([this.over.signal, AbortSignal.timeout(mostMs)]);
    const source = { settings: shown, credentials, org: call.org, signal };
    const download = new FeedDownload(this.blobs, this.feeds.guard, this.config.feeds, source);
    const seen: Seen[] = [];
    for (const file of filesOf(shown)) {
      const row = known.find(({ name }) => name === file.name);
      const said: FeedPull['files'][number] = { name: file.name, state: 'failed' };
      files.push(said);
      const fetched = await download.fetch(file, row && { etag: row.etag, lastModified: row.last_modified });
      // A server without validators sends the same bytes each time.
      const isSame = fetched.state === 'read' && fetched.blob === row?.blob;
      said.state = isSame ? 'unchanged' : fetched.state;
      if (fetched.state === 'read') said.bytes = fetched.bytes;
      seen.push({ name: file.name, fetched });
    }
    return seen;
  }

  private async deliver(
    { id, shown }: OpenFeed,
    call: Call,
    waiting: FileRow[],
    files: FeedPull['files'],
  ): Promise<Outcome> {
    // prettier-ignore
    const { project, environment } = shown;
    const artifacts = waiting.map(({ name, blob }) => ({ name, blob }));
    try {
      const ingest = await this.ingests.create({ project, environment, artifacts }, call);
      await this.database.write(call, (tx) =>
        tx.query('update feed_file set taken = true where feed_id = $1 and blob = any($2)', [
          ...[id, waiting.map(({ blob }) => blob)],
        ]),
      );
      for (const file of files) if (waiting.some(({ name }) => name === file.name)) file.state = 'taken';
      const { snapshot, snapshotIsNew } = ingest;
      return { outcome: 'taken', ingest: ingest.id, ...(snapshot && { snapshot: snapshot.snapshot, snapshotIsNew: snapshotIsNew ?? false }) }; // prettier-ignore
    } catch (error) {
      // What was read once is gone from the store: it is read anew next time.
      if (error instanceof Failure && error.code === 'blob.missing')
        await this.database.write(call, (tx) => tx.query('delete from feed_file where feed_id = $1', [id]));
      throw error;
    }
  }
}

type Outcome = Omit<FeedPull, 'at' | 'files'>;

const filesIn = (tx: Tx, id: string): Promise<FileRow[]> =>
  tx.query<FileRow>('select * from feed_file where feed_id = $1 order by name', [id]);

/** Keeps what was seen, and answers all files that are there. */
async function note(tx: Tx, id: string, seen: readonly Seen[], known: readonly FileRow[]): Promise<FileRow[]> {
  const [there] = await tx.query('select 1 from feed where id = $1 for share', [id]);
  if (!there) throw new Failure('conflict', { detail: 'the feed was changed while it was pulled' });
  for (const { name, fetched } of seen) {
    if (fetched.state === 'absent')
      await tx.query('delete from feed_file where feed_id = $1 and name = $2', [id, name]);
    if (fetched.state !== 'read') continue;
    const isTaken = known.some((row) => row.name === name && row.blob === fetched.blob && row.taken);
    await tx.query(
      `insert into feed_file (org_id, feed_id, name, etag, last_modified, blob, bytes, taken) values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (org_id, feed_id, name) do update set etag = excluded.etag, last_modified = excluded.last_modified,
         blob = excluded.blob, bytes = excluded.bytes, taken = excluded.taken`,
      [tx.org, id, name, fetched.etag, fetched.lastModified, fetched.blob, fetched.bytes, isTaken],
    );
  }
  return filesIn(tx, id);
}

function nothing({ shown }: OpenFeed): Failure {
  const names = filesOf(shown).map(({ name }) => name);
  return new Failure('not-found', {
    detail: `none of ${names.join(', ')} is there, or may be read`,
    where: shown.url,
    hint: 'check the address and the credentials of the feed',
  });
}

function told(error: unknown): NonNullable<FeedPull['error']> {
  if (!(error instanceof Failure)) return { code: 'internal', detail: 'something broke inside; the log has it' };
  const { code, detail, where, hint } = error;
  return { code, detail, ...(where && { where }), ...(hint && { hint }) };
}
