import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Blob, blobsPut, openApi, type Operation, operations, sha256 } from '@headgate/contracts';
import { Blobs, type Call, Clients, Failure, LOG, problemOf } from '@headgate/kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Access } from './access.ts';
import { inputOf } from './input.ts';

const jsonLimit = 1024 ** 2;
const blobLimit = 512 * 1024 ** 2;

/** One route per operation that declares one: admit, validate, pass on, answer. */
@Injectable()
export class Routes implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly access: Access,
    private readonly clients: Clients,
    private readonly blobs: Blobs,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    const http = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    http.addHook('onRequest', async (request, reply) => prepare(request, reply));
    http.removeAllContentTypeParsers();
    http.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: jsonLimit }, (_, text, done) =>
      parseJson(text as string, done),
    );
    http.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: blobLimit },
      (_, bytes, done) => done(null, bytes),
    );
    for (const operation of operations as readonly Operation[]) if (operation.path) this.route(http, operation);
    http.get('/api/v1/openapi.json', async () => openApi);
    http.get('/healthz', async () => ({ status: 'ok' }));
    // Nest registers its own "not found" for everything else, after this.
    http.addHook('onSend', async (request, reply, payload) =>
      isNestNotFound(reply, payload) ? nowhere(request, reply) : payload,
    );
  }

  private route(http: FastifyInstance, operation: Operation): void {
    http.route({
      method: operation.method as 'GET',
      url: operation.path!.replaceAll(/\{(\w+)\}/g, ':$1'),
      ...(operation.body && { bodyLimit: blobLimit }),
      handler: (request, reply) => this.answer(operation, request, reply),
      errorHandler: (error, request, reply) => void this.fail(error, request, reply),
    });
  }

  private async answer(operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const session = await this.access.authenticate(request.headers.authorization, request.id);
    const call: Call = {
      org: session.org!,
      actor: session.actor!,
      requestId: request.id,
      grantVersion: session.grantVersion!,
      traceparent: traceparentOf(request),
    };
    const where = request.params as { project?: string; environment?: string };
    await this.access.authorize(operation, session, where, call);
    const input = operation.input.parse(inputOf(operation, request));
    if (operation.service !== 'identity') await this.access.exists(where, call);
    if (operation.id === blobsPut.id) return this.keep(input as { digest: string }, request.body, call);
    const output = await this.clients.call(operation, input, call);
    if (!operation.download) return output;
    const bytes = await this.blobs.get(call.org, (output as Blob).blob);
    return reply
      .type(operation.download)
      .header('etag', `"${(output as Blob).blob}"`)
      .send(bytes);
  }

  private async keep({ digest }: { digest: string }, body: unknown, call: Call): Promise<Blob> {
    if (!Buffer.isBuffer(body))
      throw new Failure('contract.invalid', {
        detail: 'the body is not bytes',
        hint: 'send it as application/octet-stream',
      });
    const found = sha256(body);
    if (found !== digest)
      throw new Failure('blob.mismatch', {
        detail: `the bytes have digest ${found}`,
        where: '/digest',
        hint: 'send them again',
      });
    return { blob: await this.blobs.put(call.org, body), bytes: body.length };
  }

  private fail(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const problem = problemOf(borderFailure(error) ?? error, request.id);
    if (problem.status >= 500)
      this.log.error({ err: error, requestId: request.id, url: request.url }, 'request failed');
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="headgate"');
    return reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}

function prepare(request: FastifyRequest, reply: FastifyReply): void {
  const given = request.headers['x-request-id'];
  request.id = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
  reply.headers({
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
}

function parseJson(text: string, done: (error: Error | null, body?: unknown) => void): void {
  if (text === '') return done(null, undefined);
  try {
    done(null, JSON.parse(text));
  } catch (error) {
    done(
      new Failure('contract.invalid', { detail: `the body is not JSON: ${(error as Error).message}`, where: 'body' }),
    );
  }
}

/** Fastify's own refusals, in our words. */
function borderFailure(error: unknown): Failure | undefined {
  const code = (error as { code?: string }).code;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new Failure('limit.exceeded', {
      detail: 'the body is too large',
      hint: 'send large files to PUT /api/v1/blobs/{digest}, and name them here',
    });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new Failure('contract.invalid', {
      detail: 'this content type is not read here',
      where: 'content-type',
      hint: 'send application/json',
    });
  }
  return undefined;
}

function traceparentOf({ headers }: FastifyRequest): string | undefined {
  const given = headers['traceparent'];
  return typeof given === 'string' && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(given) ? given : undefined;
}

const isNestNotFound = (reply: FastifyReply, payload: unknown): boolean =>
  reply.statusCode === 404 && typeof payload === 'string' && payload.includes('"Cannot ');

function nowhere(request: FastifyRequest, reply: FastifyReply): string {
  const path = request.url.split('?')[0]!;
  const others = (operations as readonly Operation[])
    .filter((one) => one.path && matches(one.path, path))
    .map(({ method }) => method);
  const failure = others.length
    ? new Failure('method.refused', {
        detail: `${path} takes ${[...new Set(others)].join(', ')}, not ${request.method}`,
      })
    : new Failure('not-found', { detail: `nothing is at ${path}`, hint: 'GET /api/v1/openapi.json lists what is' });
  const problem = problemOf(failure, request.id);
  reply.status(problem.status).type('application/problem+json');
  return JSON.stringify(problem);
}

const matches = (template: string, path: string): boolean =>
  new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
