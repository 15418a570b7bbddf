import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { operations, sessionsClose, sessionsOpen, sha256 } from '@headgate/contracts';
import { type Call, Clients, Failure, LOG } from '@headgate/kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Access, nobody } from './access.ts';
import { Browser } from './browser.ts';
import { Origin } from './origin.ts';
import { sendProblem } from './problems.ts';
import { RelyingParty } from './relying-party.ts';
import { returnTo } from './return-to.ts';

/** What the sign-in page explains. */
type Reason = 'denied' | 'failed' | 'link-used' | 'link-expired' | 'link-unknown' | 'unavailable';

const reasons: readonly string[] = ['link-used', 'link-expired', 'link-unknown'] satisfies Reason[];
const permissions = [...new Set(operations.flatMap(({ authorize }) => authorize ?? []))].sort();
type Wanted = { token?: string; return_to?: string };

/** The public side of signing in and out: /auth/*. */
@Injectable()
export class SignIn {
  constructor(
    private readonly access: Access,
    private readonly browser: Browser,
    private readonly clients: Clients,
    private readonly origin: Origin,
    private readonly relyingParty: RelyingParty,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  mount(http: FastifyInstance): void {
    void http.register(async (scope) => {
      scope.setErrorHandler((error, request, reply) => void sendProblem(error, request, reply));
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser(
        'application/x-www-form-urlencoded',
        { parseAs: 'string', bodyLimit: 8192 },
        async (_: FastifyRequest, text: string) => Object.fromEntries(new URLSearchParams(text)),
      );
      scope.addContentTypeParser('*', async () => undefined);
      scope.get('/auth/methods', async () => this.methods());
      scope.get('/auth/sign-in', (request, reply) => this.begin(request, reply, request.query as Wanted));
      scope.get('/auth/link', (request, reply) => this.link(request, reply, request.query as Wanted));
      scope.post('/auth/link', (request, reply) => {
        this.browser.refuseForeignForm(request);
        return this.link(request, reply, (request.body ?? {}) as Wanted);
      });
      scope.get('/auth/callback', (request, reply) => this.comeBack(request, reply));
      scope.get('/auth/session', (request) => this.show(request));
      scope.post('/auth/sign-out', (request, reply) => this.signOut(request, reply));
    });
  }

  private methods() {
    const provider = this.relyingParty.outside;
    return { link: !provider, ...(provider && { provider }) };
  }

  /** The token stands for the password, so it goes to the embedded provider, and no address shows it any more. */
  private link(request: FastifyRequest, reply: FastifyReply, wanted: Wanted): Promise<FastifyReply> | FastifyReply {
    const token = /hgl_[A-Za-z0-9_-]{20,100}/.exec(wanted.token ?? '')?.[0];
    if (this.relyingParty.outside || !token) return this.explain(reply, 'link-unknown', wanted.return_to);
    if (!this.isAtHome(request)) return reply.redirect(`${this.origin.url}${request.url}`, 303);
    this.browser.keepLink(reply, token);
    return this.begin(request, reply, wanted);
  }

  private async begin(request: FastifyRequest, reply: FastifyReply, wanted: Wanted): Promise<FastifyReply> {
    if (!this.isAtHome(request)) return reply.redirect(`${this.origin.url}${request.url}`, 303);
    const wantedPage = returnTo(wanted.return_to, this.origin.url);
    try {
      const { url, ...checks } = await this.relyingParty.begin();
      this.browser.keepFlow(reply, { ...checks, returnTo: wantedPage, at: Date.now() });
      return reply.redirect(url, request.method === 'GET' ? 302 : 303);
    } catch (error) {
      this.log.warn({ err: error, requestId: request.id }, 'sign-in could not begin');
      return this.explain(reply, 'unavailable', wantedPage);
    }
  }

  private async comeBack(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const flow = this.browser.flow(request);
    this.browser.keepFlow(reply, undefined);
    if (!flow) return this.explain(reply, 'failed');
    try {
      const claims = await this.relyingParty.finish(request.url, flow);
      const secret = randomBytes(32).toString('base64url');
      const before = this.browser.session(request);
      const session = { hash: sha256(secret), ...(before && { replaces: sha256(before) }), claims };
      const { opened } = await this.clients.call(sessionsOpen, session, this.callOf(request));
      if (!opened) return this.explain(reply, 'denied', flow.returnTo);
      if (before) this.access.forget(before);
      this.browser.keepSession(reply, secret);
      return reply.redirect(flow.returnTo, 303);
    } catch (error) {
      return this.explain(reply, this.reasonOf(error, request), flow.returnTo);
    }
  }

  /** What the provider said, when it said something that a person can do something about. */
  private reasonOf(error: unknown, request: FastifyRequest): Reason | undefined {
    const { error: code, error_description: about } = error as { error?: string; error_description?: string };
    if (about === 'link-wanted') return undefined;
    this.log.warn({ err: error, requestId: request.id }, 'sign-in failed');
    if (about !== undefined && reasons.includes(about)) return about as Reason;
    return code === 'access_denied' ? 'denied' : 'failed';
  }

  private explain(reply: FastifyReply, reason: Reason | undefined, wantedPage?: unknown): FastifyReply {
    const page = returnTo(wantedPage, this.origin.url);
    const query = new URLSearchParams({ ...(reason && { reason }), ...(page !== '/' && { return_to: page }) });
    return reply.redirect(`/sign-in${query.size > 0 ? `?${query}` : ''}`, 303);
  }

  private async show(request: FastifyRequest): Promise<object> {
    const secret = this.browser.session(request);
    const found = secret && (await this.access.ofSession(secret, request.id));
    if (!found) throw new Failure('unauthenticated', { detail: 'nobody is signed in here', hint: 'GET /auth/sign-in' });
    const { authority, call, session } = found;
    const { person, org, grants, expiresAt } = session;
    return {
      session: session.session,
      person,
      org: { id: org!.id, name: org!.name, slug: org!.slug },
      permissions: permissions.filter((permission) => authority.anywhere(call.actor, permission).allowed),
      grants: grants!.map(({ subject: _, ...grant }) => grant),
      expiresAt,
    };
  }

  private async signOut(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    this.browser.refuseForged(request);
    const secret = this.browser.session(request);
    if (secret) {
      await this.clients.call(sessionsClose, { hash: sha256(secret) }, this.callOf(request));
      this.access.forget(secret);
    }
    this.browser.keepSession(reply, undefined);
    return reply.status(204).send();
  }

  /** Cookies belong to one name: whoever came by another (localhost) begins at the one that the provider knows. */
  private isAtHome({ headers }: FastifyRequest): boolean {
    return headers.host !== `localhost:${this.origin.port}` || this.origin.url.includes('localhost');
  }

  private callOf({ id }: FastifyRequest): Call {
    return { org: nobody, actor: { kind: 'service', id: 'gateway' }, requestId: id };
  }
}
