import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Blobs, type Config, Failure } from '@headgate/kit';
import type { FeedGuard } from './feed-guard.ts';
import { type Credentials, type FeedFileAt, type FeedSettings, isS3, signed } from './feed-places.ts';
import { ask, type Asking, Passing, passing } from './feed-request.ts';

/** As for an upload. */
const mostBytes = 2 ** 31;
/** Tries of one file without anything having come. */
const tries = 5;
/** Cuts that one file may have: whoever sends a byte at a time does not keep us for ever. */
const mostCuts = 50;
const mostPatienceMs = 30_000;

/** How the other side tells one version of a file from another. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export type Fetched =
  | { readonly state: 'unchanged' | 'absent' | 'forbidden' }
  | ({ readonly state: 'read'; readonly blob: string; readonly bytes: number } & Validators);

export interface Source {
  readonly settings: FeedSettings;
  readonly credentials: Credentials | undefined;
  readonly org: string;
  readonly signal: AbortSignal;
}

/** What has come of a file is of no use: it begins again. */
class Anew extends Passing {}

/** Fetches one file, if it has changed, into a blob; what is cut off goes on where it was cut. */
export class FeedDownload {
  constructor(
    private readonly blobs: Blobs,
    private readonly guard: FeedGuard,
    private readonly config: Config['feeds'],
    private readonly source: Source,
  ) {}

  async fetch(file: FeedFileAt, known: Validators | undefined): Promise<Fetched> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.once(file, known);
      } catch (error) {
        if (!(error instanceof Passing)) throw error instanceof Failure ? about(file, error) : error;
        if (tried === tries || this.source.signal.aborted) throw unavailable(file, error, tried);
        await this.wait(tried, error);
      }
    }
  }

  private async once(file: FeedFileAt, known: Validators | undefined): Promise<Fetched> {
    const answer = await this.ask(file.url, {
      ...(known?.etag && { 'if-none-match': known.etag }),
      ...(known?.lastModified && !known.etag && { 'if-modified-since': known.lastModified }),
    });
    if (answer.statusCode !== 200) {
      answer.destroy();
      return { state: stateOf(answer, isS3(this.source.settings)) };
    }
    refuseUnread(answer);
    const etag = answer.headers.etag ?? null;
    const lastModified = answer.headers['last-modified'] ?? null;
    const { digest, bytes } = await this.blobs.write(this.source.org, this.pieces(file.url, answer));
    return { state: 'read', blob: digest, bytes, etag, lastModified };
  }

  /** The bytes, over as many connections as it takes. */
  private async *pieces(url: URL, first: IncomingMessage): AsyncGenerator<Uint8Array> {
    const version = versionOf(first);
    let answer: IncomingMessage | undefined = first;
    for (let at = 0, cuts = 0, fruitless = 0; ;) {
      const began = at;
      try {
        answer ??= await this.rest(url, at, version!);
        for await (const piece of answer as AsyncIterable<Buffer>) {
          at += piece.length;
          if (at > mostBytes) throw tooLarge();
          yield piece;
        }
        return;
      } catch (error) {
        if (error instanceof Failure || error instanceof Anew) throw error;
        const cut = passing(error);
        fruitless = at > began ? 1 : fruitless + 1;
        if (version === undefined || ++cuts > mostCuts || fruitless > tries || this.source.signal.aborted) throw cut;
        await this.wait(fruitless, cut);
      } finally {
        answer?.destroy();
        answer = undefined;
      }
    }
  }

  private async rest(url: URL, at: number, version: string): Promise<IncomingMessage> {
    const answer = await this.ask(url, { range: `bytes=${at}-`, 'if-range': version });
    const { statusCode, headers } = answer;
    if (statusCode === 206 && headers['content-range']?.startsWith(`bytes ${at}-`)) return answer;
    answer.destroy();
    refusePassing(answer);
    throw new Anew(`it was cut off after ${at} bytes, and does not go on from there`);
  }

  private ask(url: URL, more: Record<string, string>): Promise<IncomingMessage> {
    const { settings, credentials, signal } = this.source;
    const headers = { 'accept-encoding': 'gzip', 'user-agent': 'headgate', ...more };
    const asking: Asking = {
      ...{ guard: this.guard, signal, hasCredentials: credentials !== undefined, follows: !isS3(settings) },
      headers: (at, isHome) => signed(at, headers, isHome ? credentials : undefined, settings.region),
    };
    return ask(url, asking);
  }

  /** Twice as long each time; the other side may ask for more, within reason. */
  private async wait(tried: number, { afterMs }: Passing): Promise<void> {
    const ms = (this.config.retryMs ?? 1000) * 2 ** (tried - 1);
    await sleep(Math.min(Math.max(ms, afterMs), mostPatienceMs), undefined, { signal: this.source.signal }).catch(
      () => undefined,
    );
  }
}

/** What tells that the rest of a file is of the same version: a strong validator, or none. */
function versionOf({ headers }: IncomingMessage): string | undefined {
  if (headers.etag) return headers.etag.startsWith('W/') ? undefined : headers.etag;
  return headers['last-modified'];
}

function stateOf(answer: IncomingMessage, isStore: boolean): 'unchanged' | 'absent' | 'forbidden' {
  const { statusCode = 0, headers } = answer;
  if (statusCode === 304) return 'unchanged';
  if (statusCode === 404 || statusCode === 410) return 'absent';
  if (statusCode === 403 && isStore) return 'forbidden';
  refusePassing(answer);
  const region = headers['x-amz-bucket-region'];
  throw new Failure('unavailable', {
    detail: `the server answered ${statusCode}`,
    hint: typeof region === 'string' ? `the bucket is in ${region}: say so as its region` : hintOf(statusCode),
  });
}

function refusePassing({ statusCode = 0, headers }: Pick<IncomingMessage, 'statusCode' | 'headers'>): void {
  if (statusCode !== 408 && statusCode !== 429 && statusCode < 500) return;
  throw new Passing(`the server answered ${statusCode}`, (Number(headers['retry-after']) || 0) * 1000);
}

const hintOf = (status: number): string =>
  status === 401 || status === 403 ? 'check the credentials of the feed' : 'check the address of the feed';

function refuseUnread({ headers }: IncomingMessage): void {
  if (Number(headers['content-length'] ?? 0) > mostBytes) throw tooLarge();
  const encoding = headers['content-encoding'];
  if (encoding && !['gzip', 'x-gzip', 'identity', 'aws-chunked'].includes(encoding))
    throw new Failure('unavailable', {
      detail: `it comes packed as ${encoding}, which is not read`,
      hint: 'serve it as it is, or as gzip',
    });
}

const tooLarge = (): Failure =>
  new Failure('limit.exceeded', { detail: `it is larger than ${mostBytes} bytes`, hint: 'no artifact may be' });

function about({ name, url }: FeedFileAt, { code, detail, where, hint }: Failure): Failure {
  return new Failure(code, { detail: `${name}: ${detail}`, where: where ?? url.href, hint });
}

const unavailable = ({ name, url }: FeedFileAt, { message }: Passing, tried: number): Failure =>
  new Failure('unavailable', {
    detail: `${name}: ${message}, ${tried === 1 ? 'at once' : `and ${tried} times in all`}`,
    where: url.href,
    hint: 'it is tried again when the feed is looked at next',
  });
