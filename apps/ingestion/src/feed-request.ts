import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Failure } from '@headgate/kit';
import type { FeedGuard } from './feed-guard.ts';

/** How long nothing may come, ms. */
const silenceMs = 60_000;
const mostHops = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/** What passes by itself: asked again, it may answer. */
export class Passing extends Error {
  constructor(
    message: string,
    /** How long the other side asks to be left alone, ms. */
    readonly afterMs = 0,
  ) {
    super(message);
  }
}

export interface Asking {
  readonly guard: FeedGuard;
  /** The headers for one hop; credentials belong to the feed's own origin. */
  readonly headers: (url: URL, isHome: boolean) => Promise<Record<string, string>>;
  readonly hasCredentials: boolean;
  readonly follows: boolean;
  readonly signal: AbortSignal;
}

/** GETs a URL, through at most five redirects, each judged like the first. The body is the caller's to read or to destroy. */
export async function ask(url: URL, asking: Asking): Promise<IncomingMessage> {
  let at = url;
  for (let hop = 0; hop <= mostHops; hop++) {
    const isHome = at.origin === url.origin;
    asking.guard.refuse(at, asking.hasCredentials && isHome);
    const answer = await once(at, await asking.headers(at, isHome), asking);
    const next = asking.follows && redirects.has(answer.statusCode!) ? answer.headers.location : undefined;
    if (next === undefined) return answer;
    answer.destroy();
    at = nextOf(at, next);
  }
  throw new Failure('unavailable', { detail: `it redirects more than ${mostHops} times`, hint: 'check the address' });
}

function nextOf(at: URL, location: string): URL {
  const next = URL.canParse(location, at.href) ? new URL(location, at.href) : undefined;
  const isWeb = next && (next.protocol === 'https:' || (next.protocol === 'http:' && at.protocol === 'http:'));
  if (isWeb && !next.username && !next.password) return next;
  throw new Failure('unavailable', {
    detail: 'it redirects to what is not pulled from',
    hint: 'a redirect leads to https, or from http to http',
  });
}

function once(url: URL, headers: Record<string, string>, { guard, signal }: Asking): Promise<IncomingMessage> {
  const { get } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    // No agent: a connection that somebody else opened has not been judged.
    const request = get(url, { headers, lookup: guard.lookup, agent: false, timeout: silenceMs, signal });
    request.once('response', resolve);
    request.once('timeout', () => request.destroy(new Passing(`nothing came for ${silenceMs / 1000} s`)));
    request.on('error', (error: NodeJS.ErrnoException) => reject(error instanceof Failure ? error : passing(error)));
  });
}

/** An error of a connection, as what it means. */
export function passing(error: unknown): Passing {
  if (error instanceof Passing) return error;
  const { code, message, name } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') return new Passing('it took too long');
  return new Passing(code ?? message);
}
