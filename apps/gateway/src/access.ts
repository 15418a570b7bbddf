import { Injectable } from '@nestjs/common';
import {
  environmentsGet,
  type Grant,
  grantsDeny,
  type Operation,
  projectsGet,
  sessionsResolve,
  type SessionsResolveOutput,
  sha256,
  tokensResolve,
  type TokensResolveOutput,
} from '@headgate/contracts';
import { Authority, type Call, Clients, type Decision, Failure, type Where } from '@headgate/kit';
import { placedBy, thingOf, whereOf } from './places.ts';
import { Recent } from './recent.ts';

/** How long an answer of identity is taken at its word: a revoked token or a changed grant holds within this time. */
const trustMs = 1000;
/** Before it is known who asks, it is no organization's request. */
export const nobody = '00000000-0000-0000-0000-000000000000';

/** A caller who is known, and what their grants allow. */
export interface Admitted {
  readonly call: Call;
  readonly authority: Authority;
}

/** Somebody with a browser. */
export interface SignedIn extends Admitted {
  readonly session: SessionsResolveOutput;
}

interface Credentials {
  readonly authorization: string | undefined;
  /** The secret of a browser's session, when it comes with one. */
  readonly session: string | undefined;
  readonly requestId: string;
  readonly traceparent?: string | undefined;
}

interface Asking extends Credentials {
  readonly params: Record<string, string>;
}

const asGateway = (requestId: string): Call => ({ org: nobody, actor: { kind: 'service', id: 'gateway' }, requestId });

/** Who asks, and whether they may. */
@Injectable()
export class Access {
  private readonly resolved = new Recent<TokensResolveOutput>(10_000, trustMs);
  private readonly sessions = new Recent<SessionsResolveOutput>(10_000, trustMs);
  private readonly places = new Recent<unknown>(10_000, trustMs);
  // Keyed by what they are made of, so that they cannot be out of date.
  private readonly authorities = new Recent<Authority>(500);

  constructor(private readonly clients: Clients) {}

  /**
   * Lets a request in, before its body is read, or throws: `unauthenticated`, or `forbidden` once the audit has it.
   * Where only the input says the place, this asks for the permission anywhere, and `confirm` for the place itself.
   */
  async admit(operation: Operation, asking: Asking): Promise<Admitted> {
    const admitted = await this.authenticate(asking);
    const { call, authority } = admitted;
    const decide = (where: Where) => authority.decide(call.actor, operation.authorize!, where);
    const placed = placedBy(operation);
    if (placed === 'path') {
      const where = whereOf(asking.params);
      await this.enforce(operation, admitted, decide(where), where);
    } else if (placed === 'thing' && !decide({}).allowed) {
      await this.enforce(operation, admitted, authority.anywhere(call.actor, operation.authorize!));
      const where = await thingOf(operation)!(this.clients, asking.params, call);
      await this.enforce(operation, admitted, decide(where), where);
    } else if (placed === 'organization' || placed === 'thing') {
      await this.enforce(operation, admitted, decide({}));
    } else {
      await this.enforce(operation, admitted, authority.anywhere(call.actor, operation.authorize!));
    }
    return admitted;
  }

  /** The second half of `admit`, for operations whose checked input says where. */
  async confirm(operation: Operation, admitted: Admitted, { project, environment }: Where): Promise<void> {
    if (placedBy(operation) !== 'input') return;
    const { authority, call } = admitted;
    const where = { project, environment };
    await this.enforce(operation, admitted, authority.decide(call.actor, operation.authorize!, where), where);
  }

  /** A project or environment that is not there is told apart from one with nothing in it. */
  async exists({ project, environment }: Where, call: Call): Promise<void> {
    if (!project) return;
    await this.places.get(`${call.org} ${project}/${environment ?? ''}`, () =>
      environment
        ? this.clients.call(environmentsGet, { project, environment }, call)
        : this.clients.call(projectsGet, { project }, call),
    );
  }

  /** Who is signed in with this cookie, or undefined when the session is over. */
  async ofSession(secret: string, requestId: string, traceparent?: string): Promise<SignedIn | undefined> {
    const hash = sha256(secret);
    const session = await this.sessions.get(hash, () =>
      this.clients.call(sessionsResolve, { hash }, asGateway(requestId)),
    );
    if (!session.found) return undefined;
    const { org, actor, grantVersion } = session;
    const authority = await this.authorityOf(org!.id, session.grants);
    const call = { org: org!.id, actor: actor!, requestId, grantVersion: grantVersion!, traceparent };
    return { call, authority, session };
  }

  /** From now on, what identity says of this session counts, and nothing remembered. */
  forget(secret: string): void {
    this.sessions.forget(sha256(secret));
  }

  /** Who asks, by token or by session; throws `unauthenticated`. */
  async authenticate({ authorization, session, requestId, traceparent }: Credentials): Promise<Admitted> {
    if (session) {
      const found = await this.ofSession(session, requestId, traceparent);
      if (found) return found;
      throw new Failure('unauthenticated', { detail: 'this session is over', hint: 'sign in again: /auth/sign-in' });
    }
    const secret = /^Bearer (hg_[!-~]{8,256})$/.exec(authorization ?? '')?.[1];
    const hint = 'send "Authorization: Bearer hg_…"; the embedded start leaves a token in .headgate/cli-token';
    if (!secret) throw new Failure('unauthenticated', { detail: 'this request carries no token', hint });
    const hash = sha256(secret);
    const { found, org, actor, grants, grantVersion } = await this.resolved.get(hash, () =>
      this.clients.call(tokensResolve, { hash }, asGateway(requestId)),
    );
    if (!found) throw new Failure('unauthenticated', { detail: 'this token is unknown, expired or revoked', hint });
    const authority = await this.authorityOf(org!, grants);
    return { call: { org: org!, actor: actor!, requestId, grantVersion: grantVersion!, traceparent }, authority };
  }

  private authorityOf(org: string, grants: Grant[] = []): Promise<Authority> {
    return this.authorities.get(JSON.stringify([org, grants]), () => Authority.of(grants));
  }

  /** A refusal is told only after the audit has it. */
  private async enforce(
    { id, authorize }: Operation,
    { call }: Admitted,
    { allowed, because }: Decision,
    { project, environment }: Where = {},
  ): Promise<void> {
    if (allowed) return;
    const place = { ...(project && { project }), ...(project && environment && { environment }) };
    await this.clients.call(grantsDeny, { operation: id, permission: authorize!, because, ...place }, call);
    throw new Failure('forbidden', {
      detail: because,
      hint: 'ask an admin of the organization for a role that grants it',
    });
  }
}
