import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Failure, problemOf } from './failure.ts';

/** Headers of every answer to the public: what it is called in the log, and that no browser makes a page of it. */
export const borderHeaders = (requestId: string): Record<string, string> => ({
  'x-request-id': requestId,
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
});

/** Answers what no hook and no route sees: an address that cannot be read. */
export function badAddress(error: FastifyError, _: FastifyRequest, reply: FastifyReply): void {
  const requestId = randomUUID();
  const problem = problemOf(new Failure('contract.invalid', { detail: error.message, where: 'path' }), requestId);
  void reply
    .status(problem.status)
    .headers(borderHeaders(requestId))
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}
