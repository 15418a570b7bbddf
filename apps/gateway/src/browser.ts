import { Injectable } from '@nestjs/common';
import { Failure } from '@headgate/kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookieIn, setCookie } from './cookies.ts';
import { Origin } from './origin.ts';
import { Seal } from './seal.ts';

/** As long as the longest session; when it is over, the server says. */
const sessionSeconds = 14 * 86_400;
/** Time to come back from the OpenID provider. */
const flowSeconds = 600;

/** What we ask a browser to carry between leaving for the provider and coming back. */
export interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
  readonly at: number;
}

/** The cookies of a browser, and whether a request that comes with one was made by our own pages. */
@Injectable()
export class Browser {
  constructor(
    private readonly origin: Origin,
    private readonly seal: Seal,
  ) {}

  /** The secret of the session, when the request comes with one and no token. Throws `forbidden` for a forged change. */
  session(request: FastifyRequest): string | undefined {
    if (request.headers.authorization) return undefined;
    const secret = cookieIn(request.headers.cookie, this.sessionName);
    if (!secret) return undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD') this.refuseForged(request);
    return secret;
  }

  /** Whoever changes something with a cookie proves that one of our own scripts does it. */
  refuseForged({ headers }: FastifyRequest): void {
    const site = headers['sec-fetch-site'];
    const isOurs =
      headers['x-headgate-request'] === 'web' &&
      (headers.origin ?? this.origin.url) === this.origin.url &&
      (site ?? 'same-origin') === 'same-origin' &&
      (headers.origin !== undefined || site !== undefined);
    if (isOurs) return;
    throw new Failure('forbidden', {
      detail: 'this request does not come from a page of this origin',
      where: 'x-headgate-request',
      hint: `send "x-headgate-request: web" from ${this.origin.url}, or use a token`,
    });
  }

  /** Forms cannot send headers of their own: for them the browser's word on where they stand has to do. */
  refuseForeignForm({ headers }: FastifyRequest): void {
    if (headers.origin === this.origin.url) return;
    throw new Failure('forbidden', { detail: `this form is not one of ${this.origin.url}`, where: 'origin' });
  }

  keepSession(reply: FastifyReply, secret: string | undefined): void {
    this.set(reply, this.sessionName, secret, '/', sessionSeconds);
  }

  /** Sealed: the verifier of the code is a secret until the code is used. */
  keepFlow(reply: FastifyReply, flow: Flow | undefined): void {
    this.set(reply, this.named('flow'), flow && this.seal.close('sign-in flow', flow), '/auth', flowSeconds);
  }

  flow({ headers }: FastifyRequest): Flow | undefined {
    const flow = this.seal.open<Flow>('sign-in flow', cookieIn(headers.cookie, this.named('flow')));
    return flow && Date.now() - flow.at < flowSeconds * 1000 ? flow : undefined;
  }

  /** The token of a one-time link, on its way to the embedded provider, which takes it for a password. */
  keepLink(reply: FastifyReply, token: string | undefined): void {
    this.set(reply, this.named('link'), token && this.seal.close('link', token), '/oidc/interaction', flowSeconds);
  }

  link({ headers }: FastifyRequest): string | undefined {
    return this.seal.open('link', cookieIn(headers.cookie, this.named('link')));
  }

  private get sessionName(): string {
    return this.origin.isSecure ? '__Host-headgate' : `headgate-${this.origin.publicPort}`;
  }

  /** Cookies know no ports, so two installs on one machine call theirs differently. */
  private named(what: string): string {
    return this.origin.isSecure ? `__Secure-headgate-${what}` : `headgate-${what}-${this.origin.publicPort}`;
  }

  private set(reply: FastifyReply, name: string, value: string | undefined, path: string, seconds: number): void {
    reply.header('set-cookie', setCookie({ name, value, path, seconds, isSecure: this.origin.isSecure }));
  }
}
