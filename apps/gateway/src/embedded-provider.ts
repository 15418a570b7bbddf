import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { linksRedeem, sha256 } from '@headgate/contracts';
import { borderHeaders, type Call, Clients, LOG } from '@headgate/kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import type { Logger } from 'pino';
import { nobody } from './access.ts';
import { Browser } from './browser.ts';
import { Origin } from './origin.ts';
import { providerMemory } from './provider-memory.ts';

const minute = 60;

/** A person as the embedded provider's subject; slashes stand in neither part. */
export const subjectOf = (org: string, person: string): string => `${org}/${person}`;
export const personOf = (subject: string): { org: string; person: string } => {
  const [org, person] = subject.split('/') as [string, string];
  return { org, person };
};

/**
 * The OpenID provider of an install that has no other: a real one, on our own origin. It knows one client, the gateway,
 * and one kind of password, the one-time link. Its keys live as long as this process, as its codes do.
 */
@Injectable()
export class EmbeddedProvider {
  readonly client = { id: 'headgate', secret: randomBytes(32).toString('base64url') };
  private provider: Promise<Provider> | undefined;

  constructor(
    private readonly origin: Origin,
    private readonly browser: Browser,
    private readonly clients: Clients,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  get issuer(): string {
    return `${this.origin.url}/oidc`;
  }

  mount(http: FastifyInstance): void {
    void http.register(async (scope) => {
      // The provider reads bodies itself.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
      scope.get('/oidc/interaction/:uid', (request, reply) => this.interact(request, reply));
      scope.route({
        method: ['GET', 'POST'],
        url: '/oidc/*',
        handler: async (request, reply) => this.handOver(request, reply, await this.ready()),
      });
    });
  }

  private handOver(request: FastifyRequest, reply: FastifyReply, provider: Provider): void {
    const raw = this.seenFromOutside(request);
    const { originalUrl = '' } = raw;
    raw.url = originalUrl.replace(/^\/oidc/, '');
    // The provider closes its own doors; a redirect of a form of ours must stay allowed.
    const { 'content-security-policy': _, ...headers } = borderHeaders(request.id);
    reply.hijack();
    for (const [name, value] of Object.entries(headers)) reply.raw.setHeader(name, value);
    void provider.callback()(raw, reply.raw);
  }

  /** Whatever name the request came by, the provider's addresses are those of the one origin. */
  private seenFromOutside({ raw }: FastifyRequest): IncomingMessage & { originalUrl?: string } {
    const { host, protocol } = new URL(this.origin.url);
    Object.assign(raw.headers, { 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) });
    return Object.assign(raw, { originalUrl: raw.url! });
  }

  /** Signs in whoever brings a good link, and says to the gateway why nobody was signed in otherwise. */
  private async interact(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const provider = await this.ready();
    const raw = this.seenFromOutside(request);
    try {
      await provider.interactionDetails(raw, reply.raw);
    } catch (error) {
      this.log.info(
        { err: (error as Error).message, requestId: request.id },
        'sign-in begun elsewhere, or too long ago',
      );
      return reply.redirect('/sign-in?reason=failed', 303);
    }
    const result = await this.redeem(request);
    const next = await provider.interactionResult(raw, reply.raw, result, { mergeWithLastSubmission: false });
    this.browser.keepLink(reply, undefined);
    return reply.redirect(next, 303);
  }

  private async redeem(request: FastifyRequest) {
    const token = this.browser.link(request);
    if (!token) return { error: 'access_denied', error_description: 'link-wanted' };
    const call: Call = { org: nobody, actor: { kind: 'service', id: 'gateway' }, requestId: request.id };
    const { outcome, org, person } = await this.clients.call(linksRedeem, { hash: sha256(token) }, call);
    if (outcome !== 'good') return { error: 'access_denied', error_description: `link-${outcome}` };
    return { login: { accountId: subjectOf(org!, person!.id), remember: false, amr: ['otp'] } };
  }

  private ready(): Promise<Provider> {
    return (this.provider ??= this.make());
  }

  private async make(): Promise<Provider> {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const provider = new Provider(this.issuer, this.settings({ ...(await exportJWK(privateKey)), alg: 'ES256' }));
    provider.proxy = true;
    provider.on('server_error', (_ctx, error) => this.log.error({ err: error }, 'the embedded OpenID provider failed'));
    return provider;
  }

  private settings(key: object): Configuration {
    const { client, origin } = this;
    const cookie = { httpOnly: true, sameSite: 'lax', path: '/oidc', signed: true, overwrite: true } as const;
    const named = (name: string) => `headgate-oidc-${name}-${origin.publicPort}`;
    return {
      adapter: providerMemory(),
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          redirect_uris: [`${origin.url}/auth/callback`],
          grant_types: ['authorization_code'],
          response_types: ['code'],
          id_token_signed_response_alg: 'ES256',
        },
      ],
      jwks: { keys: [key] },
      claims: { openid: ['sub'] },
      scopes: ['openid'],
      responseTypes: ['code'],
      pkce: { required: () => true },
      clientBasedCORS: () => false,
      findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      loadExistingGrant: (ctx) => grantTo(ctx),
      features: {
        devInteractions: { enabled: false },
        rpInitiatedLogout: { enabled: false },
        userinfo: { enabled: false },
      },
      interactions: { url: (_ctx, { uid }) => `/oidc/interaction/${uid}` },
      cookies: {
        keys: [randomBytes(32).toString('base64url')],
        names: { session: named('session'), interaction: named('interaction'), resume: named('resume') },
        long: cookie,
        short: cookie,
      },
      ttl: {
        ...{ AccessToken: minute, AuthorizationCode: minute, Grant: 5 * minute, IdToken: 5 * minute },
        ...{ Interaction: 10 * minute, Session: 5 * minute },
      },
      renderError: (ctx, _out, error) => {
        this.log.info({ err: error.message }, 'the embedded OpenID provider refused a request');
        ctx.redirect('/sign-in?reason=failed');
      },
    };
  }
}

/** The one client is ourselves: nobody needs to be asked what it may know. */
async function grantTo({ oidc }: KoaContextWithOIDC) {
  const grant = new oidc.provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! });
  grant.addOIDCScope('openid');
  await grant.save();
  return grant;
}
