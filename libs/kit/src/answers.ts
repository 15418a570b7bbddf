import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { MessagePattern, type NatsContext, RpcException } from '@nestjs/microservices';
import { type Operation, subjectOf } from '@headgate/contracts';
import type { Logger } from 'pino';
import { catchError, from, map, mergeMap, type Observable, throwError } from 'rxjs';
import type { Call } from './call.ts';

import { problemOf } from './failure.ts';
import { LOG } from './log.ts';
import { Tokens } from './tokens.ts';

const answered = 'headgate:operation';

/** What arrives at a handler: the validated input and on whose behalf. */
export interface Asked<I> {
  input: I;
  call: Call;
}

/** Checks token and contract before the handler, and the answer's contract after it; turns every error into a problem. */
@Injectable()
export class Door implements NestInterceptor {
  constructor(
    @Inject(LOG) private readonly log: Logger,
    private readonly reflector: Reflector,
    private readonly tokens: Tokens,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const operation = this.reflector.get<Operation>(answered, context.getHandler());
    const rpc = context.switchToRpc();
    const asked = rpc.getData<{ input: unknown; call?: Call }>();
    let call: Call | undefined;
    const admit = async () => {
      call = await this.tokens.verify(operation, rpc.getContext<NatsContext>().getHeaders()?.get('hg-token'));
      asked.input = operation.input.parse(asked.input);
      asked.call = call;
    };
    return from(admit()).pipe(
      mergeMap(() => next.handle()),
      map((output) => operation.output.parse(output)),
      catchError((error: unknown) => {
        const problem = problemOf(error, call?.requestId);
        if (problem.status >= 500)
          this.log.error({ err: error, operation: operation.id, requestId: call?.requestId }, 'operation failed');
        return throwError(() => new RpcException(problem));
      }),
    );
  }
}

/** Marks the method that answers an operation. It gets `{ input, call }`, both checked. */
export function Answers<I, O>(operation: Operation<I, O>, service = operation.service) {
  const marked = applyDecorators(
    MessagePattern(subjectOf(operation, service)),
    SetMetadata(answered, operation),
    UseInterceptors(Door),
  );
  return (target: object, name: string, descriptor: TypedPropertyDescriptor<(asked: Asked<I>) => Promise<O>>): void =>
    void marked(target, name, descriptor as TypedPropertyDescriptor<unknown>);
}
