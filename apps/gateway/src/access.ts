import { Injectable } from '@nestjs/common';
import {
  environmentsGet,
  grantsDeny,
  type Operation,
  projectsGet,
  sha256,
  tokensResolve,
  type TokensResolveOutput,
} from '@headgate/contracts';
import { Authority, type Call, Clients, Failure, type Where } from '@headgate/kit';

/** How long an answer of identity is taken at its word: a revoked token or a changed grant holds within this time. */
const trustMs = 1000;
const nobody = '00000000-0000-0000-0000-000000000000';
const sessions = 10_000;
const authorities = 200;

type Session = TokensResolveOutput & { readonly found: true };

/** Who asks, and whether they may. */
@Injectable()
export class Access {
  private readonly resolved = new Map<string, { at: number; session: Promise<TokensResolveOutput> }>();
  private readonly built = new Map<string, Promise<Authority>>();
  private readonly places = new Map<string, { at: number; exists: Promise<unknown> }>();

  constructor(private readonly clients: Clients) {}

  /** The caller behind a bearer secret. */
  async authenticate(authorization: string | undefined, requestId: string): Promise<Session> {
    const secret = /^Bearer (hg_\S{8,256})$/.exec(authorization ?? '')?.[1];
    const hint = 'send "Authorization: Bearer hg_…"; the embedded start leaves a token in .headgate/cli-token';
    if (!secret) throw new Failure('unauthenticated', { detail: 'this request carries no token', hint });
    const session = await this.resolve(sha256(secret), requestId);
    if (!session.found)
      throw new Failure('unauthenticated', { detail: 'this token is unknown, expired or revoked', hint });
    return session as Session;
  }

  /** Throws a refusal, after the audit has it, unless the caller's roles grant the operation there. */
  async authorize(operation: Operation, session: Session, where: Where, call: Call): Promise<void> {
    const permission = operation.authorize!;
    const authority = await this.authority(session);
    const { allowed, because } = authority.decide(session.actor!, permission, where);
    if (allowed) return;
    const place = {
      ...(where.project && { project: where.project }),
      ...(where.environment && { environment: where.environment }),
    };
    await this.clients.call(grantsDeny, { operation: operation.id, permission, because, ...place }, call);
    throw new Failure('forbidden', {
      detail: because,
      hint: 'ask an admin of the organization for a role that grants it',
    });
  }

  /** A project or environment that is not there is told apart from one with nothing in it. */
  async exists({ project, environment }: Where, call: Call): Promise<void> {
    if (!project) return;
    const key = `${call.org} ${project}/${environment ?? ''}`;
    const known = this.places.get(key);
    if (known && Date.now() - known.at < trustMs) return void (await known.exists);
    const exists = environment
      ? this.clients.call(environmentsGet, { project, environment }, call)
      : this.clients.call(projectsGet, { project }, call);
    this.places.set(key, { at: Date.now(), exists });
    trim(this.places, sessions);
    exists.catch(() => this.places.delete(key));
    await exists;
  }

  private resolve(hash: string, requestId: string): Promise<TokensResolveOutput> {
    const known = this.resolved.get(hash);
    if (known && Date.now() - known.at < trustMs) return known.session;
    const call: Call = { org: nobody, actor: { kind: 'service', id: 'gateway' }, requestId };
    const session = this.clients.call(tokensResolve, { hash }, call);
    this.resolved.set(hash, { at: Date.now(), session });
    trim(this.resolved, sessions);
    session.catch(() => this.resolved.delete(hash));
    return session;
  }

  private authority({ org, grantVersion, grants }: Session): Promise<Authority> {
    const key = `${org} ${grantVersion}`;
    let authority = this.built.get(key);
    if (!authority) this.built.set(key, (authority = Authority.of(grants ?? [])));
    trim(this.built, authorities);
    return authority;
  }
}

/** Drops the oldest entries beyond a size. */
function trim(map: Map<string, unknown>, size: number): void {
  for (const key of map.keys()) {
    if (map.size <= size) return;
    map.delete(key);
  }
}
