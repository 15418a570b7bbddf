import { randomBytes } from 'node:crypto';
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config, Failure, problemOf } from '@headgate/kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { compresses, packedHeaders, packing } from './compression.ts';
import { endToEnd } from './hops.ts';
import { Origin } from './origin.ts';
import { contentPolicy, pageHeaders } from './page-headers.ts';
import { nowhere, sendProblem } from './problems.ts';
import { isLookedAt, sendStandIn } from './stand-in.ts';

/** A page that says nothing for this long is given up. */
const silenceMs = 30_000;
const ours = /^\/(?:api|auth|oidc|events|healthz)(?:[/?]|$)/;
const withoutBody = new Set([204, 205, 304]);

/** Everything that is not the API: handed to the server of the pages, which nobody else can reach. */
@Injectable()
export class Pages implements OnApplicationShutdown {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 16 });

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly origin: Origin,
  ) {}

  onApplicationShutdown(): void {
    this.agent.destroy();
  }

  /** Takes what no other route takes. Bodies pass through unread, whatever their type. */
  mount(http: FastifyInstance): void {
    void http.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
      scope.route({
        method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
        url: '/*',
        handler: (request, reply) => this.answer(request, reply),
        errorHandler: (error, request, reply) => void this.refuse(error, request, reply),
      });
    });
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (ours.test(request.url)) return reply.send(nowhere(request, reply));
    const { upstream } = this.config.web;
    if (!upstream) {
      const hint = 'the API is at /api/v1; `npm start` builds the pages and serves them';
      throw new Failure('not-found', { detail: 'this server has no pages: the web is not built', hint });
    }
    this.refuseForeignOrigin(request);
    const policy = contentPolicy(randomBytes(16).toString('base64'));
    const answer = await this.ask(new URL(upstream), request, reply, policy);
    const headers = { ...endToEnd(answer.headers), ...pageHeaders(policy, this.origin.isSecure) };
    if (!answer.headers['cache-control']) reply.header('cache-control', 'no-store');
    reply.status(answer.statusCode!);
    if (withoutBody.has(answer.statusCode!)) {
      answer.resume();
      return reply.headers(headers).send();
    }
    const { 'content-type': type, 'content-encoding': encoding } = answer.headers;
    if (!compresses(request, type, encoding)) return reply.headers(headers).send(answer);
    return reply.headers(packedHeaders(headers)).send(pipeline(answer, packing(), () => undefined));
  }

  private refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const isAway = error instanceof Failure && ['unavailable', 'timeout'].includes(error.code);
    if (!isAway || !isLookedAt(request)) return sendProblem(error, request, reply);
    return sendStandIn(problemOf(error, request.id), reply, this.origin.isSecure);
  }

  /** Whoever changes something through a page does it from a page of ours. */
  private refuseForeignOrigin({ method, headers }: FastifyRequest): void {
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return;
    if (headers.origin === this.origin.url) return;
    throw new Failure('forbidden', { detail: `a ${method} must come from ${this.origin.url}`, where: 'origin' });
  }

  private ask(upstream: URL, request: FastifyRequest, reply: FastifyReply, policy: string): Promise<IncomingMessage> {
    const { method, url, raw } = request;
    return new Promise((resolve, reject) => {
      const { hostname, port } = upstream;
      const headers = this.headersFor(request, policy);
      const asked = httpRequest({ agent: this.agent, hostname, port, method, path: url, headers });
      const fail = (error: Error) => {
        asked.destroy();
        // A kept connection may have been closed at the other end just now; a new one cannot have been.
        const isStale = asked.reusedSocket && (method === 'GET' || method === 'HEAD') && !reply.raw.destroyed;
        if (isStale && !(error instanceof Failure)) resolve(this.ask(upstream, request, reply, policy));
        else reject(error instanceof Failure ? error : down(error));
      };
      asked.setTimeout(silenceMs, () => fail(silent()));
      asked.once('error', fail);
      asked.once('response', resolve);
      // Whoever leaves takes their question along.
      reply.raw.once('close', () => asked.destroy());
      raw.once('error', fail);
      raw.pipe(asked);
    });
  }

  private headersFor({ headers, id, ip }: FastifyRequest, policy: string): Record<string, string | string[]> {
    const { authorization: _, ...passed } = endToEnd(headers);
    const { host, protocol } = new URL(this.origin.url);
    return {
      ...passed,
      host,
      'x-forwarded-host': host,
      'x-forwarded-proto': protocol.slice(0, -1),
      'x-forwarded-for': ip,
      'x-request-id': id,
      // The server of the pages puts this nonce on the scripts it writes.
      'content-security-policy': policy,
      'x-nonce': /'nonce-([^']+)'/.exec(policy)![1]!,
    };
  }
}

const silent = (): Failure =>
  new Failure('timeout', {
    detail: `the server of the pages was silent for ${silenceMs / 1000} s`,
    hint: 'try again',
  });

const down = (error: Error): Failure =>
  new Failure('unavailable', {
    detail: `the server of the pages does not answer (${(error as { code?: string }).code ?? error.message})`,
    hint: 'the API works; try again in a moment, or look into .headgate/logs/web.log',
  });
