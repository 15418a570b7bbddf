import { Inject, Injectable } from '@nestjs/common';
import { type Operation } from '@headgate/contracts';
import { jwtVerify, SignJWT } from 'jose';
import type { Call } from './call.ts';
import { CONFIG, type Config } from './config.ts';
import { Failure } from './failure.ts';

const seconds = 60;

/** The internal token: who asks, for which organization, for which one operation; signed by the asking service. */
@Injectable()
export class Tokens {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  sign(operation: Operation<never, unknown> | Operation, call: Call): Promise<string> {
    const { org, actor, requestId, grantVersion, traceparent, correlationId, causationId } = call;
    return new SignJWT({ org, actor, requestId, grantVersion, traceparent, correlationId, causationId })
      .setProtectedHeader({ alg: 'EdDSA', kid: this.config.service })
      .setIssuer(this.config.service)
      .setAudience(operation.id)
      .setExpirationTime(`${seconds}s`)
      .sign(this.config.key);
  }

  /** Throws unless a service that may call this operation signed the token for it within the last minute. */
  async verify(operation: Operation, token: string | undefined): Promise<Call> {
    if (!token)
      throw new Failure('unauthenticated', { detail: `${operation.id} was called without an internal token` });
    try {
      const { payload, protectedHeader } = await jwtVerify(
        token,
        ({ kid }) => {
          const key = this.config.publicKeys.get(kid ?? '');
          if (!key) throw new TypeError(`no service is called ${kid}`);
          return key;
        },
        { audience: operation.id, algorithms: ['EdDSA'], clockTolerance: 5 },
      );
      if (payload.iss !== protectedHeader.kid || !operation.callers.includes(payload.iss ?? '')) {
        throw new TypeError(`${payload.iss} may not call ${operation.id}`);
      }
      return { ...(payload as unknown as Call), operation: operation.id };
    } catch (error) {
      throw new Failure('unauthenticated', { detail: (error as Error).message });
    }
  }
}
