import { Inject, Injectable } from '@nestjs/common';
import type { SessionsOpenInput } from '@headgate/contracts';
import { CONFIG, type Config, Failure } from '@headgate/kit';
import * as openid from 'openid-client';
import { EmbeddedProvider, personOf } from './embedded-provider.ts';
import { Origin } from './origin.ts';

/** What is kept of a sign-in under way; see Flow. */
interface Checks {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Our side of OpenID Connect: sends people to the provider with a code challenge, and makes claims of what comes back. */
@Injectable()
export class RelyingParty {
  private discovered: Promise<openid.Configuration> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly origin: Origin,
    private readonly embedded: EmbeddedProvider,
  ) {}

  /** An outside provider, as people know it; none: the embedded one. */
  get outside(): { name: string } | undefined {
    const { oidc } = this.config;
    return oidc && { name: oidc.name ?? new URL(oidc.issuer).host };
  }

  /** Where to send the browser. @throws Failure `unavailable` when the provider cannot be asked how it works */
  async begin(): Promise<Checks & { url: string }> {
    const configuration = await this.configuration();
    const [state, nonce, verifier] = [openid.randomState(), openid.randomNonce(), openid.randomPKCECodeVerifier()];
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: `${this.origin.url}/auth/callback`,
      scope: this.outside ? 'openid profile email' : 'openid',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      // A link signs in once; that somebody used one before is no reason to let the next one in.
      ...(!this.outside && { prompt: 'login' }),
    });
    return { state, nonce, verifier, url: url.href };
  }

  /** Trades the code for claims. @throws whatever openid-client finds wrong with the answer */
  async finish(path: string, { state, nonce, verifier }: Checks): Promise<SessionsOpenInput['claims']> {
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
    const answer = new URL(path, this.origin.url);
    const tokens = await openid.authorizationCodeGrant(await this.configuration(), answer, checks);
    const { iss, sub, email, email_verified, name } = tokens.claims()!;
    if (!this.outside) return personOf(sub);
    return {
      issuer: iss,
      subject: sub,
      emailVerified: email_verified === true,
      ...(typeof email === 'string' && { email }),
      ...(typeof name === 'string' && { name }),
    };
  }

  private configuration(): Promise<openid.Configuration> {
    this.discovered ??= this.discover().catch((error: unknown) => {
      this.discovered = undefined;
      const detail = `the OpenID provider does not say how it works: ${(error as Error).message}`;
      throw new Failure('unavailable', { detail, hint: 'see that it is up and that its address is right' });
    });
    return this.discovered;
  }

  private discover(): Promise<openid.Configuration> {
    const { oidc } = this.config;
    if (oidc) {
      const issuer = new URL(oidc.issuer);
      return openid.discovery(issuer, oidc.clientId, oidc.clientSecret, undefined, {
        execute: isLoopback(issuer) ? [openid.allowInsecureRequests] : [],
      });
    }
    const { client, issuer } = this.embedded;
    return openid.discovery(
      new URL(issuer),
      client.id,
      { id_token_signed_response_alg: 'ES256' },
      openid.ClientSecretBasic(client.secret),
      {
        execute: [openid.allowInsecureRequests],
        [openid.customFetch]: (url, options) => fetch(this.withoutDetour(url), options as RequestInit),
      },
    );
  }

  /** We are the provider: what people reach through a proxy and by another name is right here. */
  private withoutDetour(url: string): string {
    return url.startsWith(this.origin.url) ? `${this.origin.local}${url.slice(this.origin.url.length)}` : url;
  }
}

const isLoopback = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
