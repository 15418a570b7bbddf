import { type Operation, operations } from '@headgate/contracts';
import { Failure, problemOf } from '@headgate/kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { breakOf } from './json-text.ts';

/** Answers with problem+json. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(borderFailure(error, request) ?? error, request.id);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="headgate"');
  return reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** Fastify's own refusals, in our words. */
function borderFailure(error: unknown, { headers, method, url }: FastifyRequest): Failure | undefined {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const hint = 'send large files to PUT /api/v1/blobs/{digest}, and name them here';
    return new Failure('limit.exceeded', { detail: 'the body is too large', hint });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const isBlob = method === 'PUT' && url.startsWith('/api/v1/blobs/');
    return new Failure('contract.invalid', {
      detail: `a body of type ${headers['content-type'] ?? 'unknown'} is not read here`,
      where: 'content-type',
      hint: `send ${isBlob ? 'application/octet-stream' : 'application/json'}`,
    });
  }
  if (error instanceof Failure || !code?.startsWith('FST_') || !statusCode || statusCode >= 500) return undefined;
  return new Failure('contract.invalid', { detail: (error as Error).message });
}

/** The body as JSON, or the failure that says where it stops being that. */
export function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    const found = breakOf(text);
    throw new Failure('contract.invalid', {
      detail: `the body is not JSON: ${found?.reason ?? 'it cannot be read'}`,
      where: found ? `line ${found.line}, column ${found.column}` : 'body',
    });
  }
}

/** What an address that no route has takes instead, or that nothing is there. */
export function nowhere(request: FastifyRequest, reply: FastifyReply): string {
  const path = request.url.split('?')[0]!;
  const methods = [...new Set(routed.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
  if (methods.length > 0) reply.header('allow', methods.join(', '));
  const failure =
    methods.length > 0
      ? new Failure('method.refused', { detail: `${path} takes ${methods.join(', ')}, not ${request.method}` })
      : new Failure('not-found', { detail: `nothing is at ${path}`, hint: 'GET /api/v1/openapi.json lists what is' });
  const problem = problemOf(failure, request.id);
  reply.status(problem.status).type('application/problem+json');
  return JSON.stringify(problem);
}

const routed = [
  ...(operations as readonly Operation[]).filter(({ path }) => path),
  { method: 'GET', path: '/api/v1/openapi.json' },
  { method: 'GET', path: '/healthz' },
].map(({ method, path }) => ({ method, pattern: new RegExp(`^${path!.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));
