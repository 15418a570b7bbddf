import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Blob, blobsPut, openApi, type Operation, operations, sha256 } from '@headgate/contracts';
import { Blobs, borderHeaders, type Call, Clients, CONFIG, type Config, Failure, LOG, type Where } from '@headgate/kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Access, type Admitted } from './access.ts';
import { Browser } from './browser.ts';
import { packAnswer } from './compression.ts';
import { Cursors } from './cursors.ts';
import { EmbeddedProvider } from './embedded-provider.ts';
import { Events } from './events.ts';
import { inputOf, refuseUnstorable } from './input.ts';
import { Pages } from './pages.ts';
import { nowhere, parseJson, sendProblem } from './problems.ts';
import { SignIn } from './sign-in.ts';

/** What travels as one message inside, with room to spare; anything larger is a blob that a request names. */
const jsonLimit = 256 * 1024;
/** What others send holds much that is left aside, before it travels on. */
const foreignLimit = 8 * 2 ** 20;
const blobLimit = 512 * 1024 ** 2;
/** Time to send a whole request: the largest blob at 1 MB a second. Fastify would wait forever. */
const requestMs = 600_000;

/** One route per operation that declares one: admit, validate, pass on, answer. */
@Injectable()
export class Routes implements OnModuleInit {
  private readonly admitted = new WeakMap<FastifyRequest, Admitted>();

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly access: Access,
    private readonly clients: Clients,
    private readonly blobs: Blobs,
    private readonly cursors: Cursors,
    private readonly browser: Browser,
    private readonly signIn: SignIn,
    private readonly provider: EmbeddedProvider,
    private readonly events: Events,
    private readonly pages: Pages,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    const http = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    http.server.requestTimeout = requestMs;
    http.addHook('onRequest', async (request, reply) => prepare(request, reply));
    http.removeAllContentTypeParsers();
    http.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit: jsonLimit },
      async (_: FastifyRequest, text: string) => parseJson(text),
    );
    http.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: blobLimit },
      async (_: FastifyRequest, bytes: Buffer) => bytes,
    );
    for (const operation of operations as readonly Operation[]) if (operation.path) this.route(http, operation);
    http.get('/api/v1/openapi.json', async () => openApi);
    http.get('/healthz', async () => ({ status: 'ok' }));
    this.signIn.mount(http);
    if (!this.config.oidc) this.provider.mount(http);
    this.events.mount(http);
    this.pages.mount(http);
    // Nest registers its own "not found" for everything else, after this.
    http.addHook('onSend', async (request, reply, payload) =>
      isNestNotFound(reply, payload) ? nowhere(request, reply) : payload,
    );
    http.addHook('onSend', (request, reply, payload) => packAnswer(request, reply, payload));
  }

  private route(http: FastifyInstance, operation: Operation): void {
    http.route({
      method: operation.method as 'GET',
      url: operation.path!.replaceAll(/\{(\w+)\}/g, ':$1'),
      ...(operation.body && { bodyLimit: blobLimit }),
      ...(operation.foreign && { bodyLimit: foreignLimit }),
      // Before the body: whoever may not ask does not make us read half a gigabyte first.
      onRequest: async (request) => void this.admitted.set(request, await this.admit(operation, request)),
      handler: (request, reply) => this.answer(operation, request, reply),
      errorHandler: (error, request, reply) => {
        void sendProblem(error, request, reply);
        if (reply.statusCode < 500) return;
        this.log.error({ err: error, requestId: request.id, operation: operation.id }, 'request failed');
      },
    });
  }

  private async admit(operation: Operation, request: FastifyRequest): Promise<Admitted> {
    const { headers, id, params } = request;
    return this.access.admit(operation, {
      authorization: headers.authorization,
      session: this.browser.session(request),
      params: params as Record<string, string>,
      requestId: id,
      traceparent: traceparentOf(headers['traceparent']),
    });
  }

  private async answer(operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const admitted = this.admitted.get(request)!;
    const { call } = admitted;
    const raw = inputOf(operation, request);
    if (operation.foreign) refuseLong(raw);
    refuseUnstorable(raw);
    const input = operation.input.parse(raw) as object;
    await this.access.confirm(operation, admitted, input as Where);
    if (operation.service !== 'identity') await this.access.exists(request.params as Where, call);
    if (operation.id === blobsPut.id) return this.keep(input as { digest: string }, request.body, call);
    const output = await this.clients.call(operation, this.cursors.open(operation, call, input), call);
    if (!operation.download) return this.cursors.seal(operation, call, output);
    const { blob } = output as Blob;
    const etag = `"${blob}"`;
    // Whoever has the bytes asks again whether they may have them, and is not sent them twice.
    reply.header('etag', etag).headers({ 'cache-control': 'private, no-cache', vary: 'cookie, authorization' });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type(operation.download).send(await this.blobs.get(call.org, blob));
  }

  private async keep({ digest }: { digest: string }, body: unknown, { org }: Call): Promise<Blob> {
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
    return { blob: await this.blobs.put(org, body), bytes: body.length };
  }
}

function refuseLong(input: object): void {
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes <= jsonLimit) return;
  const detail = `what is taken of it has ${bytes} bytes, and ${jsonLimit} are the most`;
  throw new Failure('limit.exceeded', { detail, hint: 'send fewer at once' });
}

function prepare(request: FastifyRequest, reply: FastifyReply): void {
  const given = request.headers['x-request-id'];
  request.id = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
  reply.headers(borderHeaders(request.id));
}

const traceparentOf = (given: unknown): string | undefined =>
  typeof given === 'string' && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(given) ? given : undefined;

const isNestNotFound = (reply: FastifyReply, payload: unknown): boolean =>
  reply.statusCode === 404 && typeof payload === 'string' && payload.includes('"Cannot ');
