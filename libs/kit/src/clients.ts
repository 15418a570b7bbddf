import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type ClientProxy, ClientProxyFactory, NatsRecordBuilder, Transport } from '@nestjs/microservices';
import { headers } from '@nats-io/transport-node';
import { type Operation, type Problem, subjectOf } from '@headgate/contracts';
import { firstValueFrom, timeout, TimeoutError } from 'rxjs';
import type { Call } from './call.ts';
import { CONFIG, type Config } from './config.ts';
import { Failure, failureOf } from './failure.ts';
import { natsOptions } from './nats-options.ts';
import { Tokens } from './tokens.ts';

/** Longer than the longest poll (20 s), shorter than a person's patience. */
const timeoutMs = 30_000;

/** Asks other services: typed by the operation, signed for it, problems thrown as the Failures they were. */
@Injectable()
export class Clients implements OnApplicationShutdown {
  private readonly proxy: ClientProxy;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly tokens: Tokens,
  ) {
    this.proxy = ClientProxyFactory.create({ transport: Transport.NATS, options: natsOptions(this.config) });
  }

  async call<I, O>(operation: Operation<I, O>, input: I, call: Call, service = operation.service): Promise<O> {
    // NATS would drop such a request without a word; a caller that is not declared is a bug, so it throws.
    if (!operation.callers.includes(this.config.service))
      throw new TypeError(`${this.config.service} may not call ${operation.id}`);
    const fields = headers();
    fields.set('hg-token', await this.tokens.sign(operation as Operation, call));
    const record = new NatsRecordBuilder({ input }).setHeaders(fields).build();
    try {
      return await firstValueFrom(this.proxy.send<O>(subjectOf(operation, service), record).pipe(timeout(timeoutMs)));
    } catch (error) {
      throw asFailure(error, service);
    }
  }

  onApplicationShutdown(): Promise<void> {
    return Promise.resolve(this.proxy.close());
  }
}

function asFailure(error: unknown, service: string): Failure {
  if (error instanceof TimeoutError)
    return new Failure('timeout', { detail: `${service} did not answer in time`, hint: 'try again' });
  if (typeof error === 'object' && error !== null && 'code' in error && 'status' in error)
    return failureOf(error as Problem);
  const detail = error instanceof Error ? error.message : String(error);
  if (/no responders|empty response|connection (lost|closed)/i.test(detail)) {
    return new Failure('unavailable', { detail: `${service} is not running`, hint: 'try again in a moment' });
  }
  return new Failure('internal', { detail });
}
