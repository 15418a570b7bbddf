import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { borderHeaders, Failure, LOG } from '@headgate/kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Access, type Admitted } from './access.ts';
import { Browser } from './browser.ts';
import { Doorbells } from './doorbells.ts';
import { EventStream } from './event-stream.ts';
import { Reading } from './reading.ts';
import { sendProblem } from './problems.ts';

/** Streams of one person, over all their tabs; and of everybody. */
const mostOfOne = 8;
const mostOfAll = 2000;

/** GET /events: what happens in an organization, for pages that are open. */
@Injectable()
export class Events implements BeforeApplicationShutdown {
  /** Oldest first. */
  private readonly open = new Map<EventStream, string>();

  constructor(
    private readonly access: Access,
    private readonly browser: Browser,
    private readonly doorbells: Doorbells,
    private readonly reading: Reading,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** Ends every stream, or the server would wait for them; the pages come back to the next one. */
  beforeApplicationShutdown(): void {
    for (const stream of this.open.keys()) stream.bye('restart');
  }

  mount(http: FastifyInstance): void {
    http.route({
      method: 'GET',
      url: '/events',
      handler: (request, reply) => this.answer(request, reply),
      errorHandler: (error, request, reply) => void sendProblem(error, request, reply),
    });
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const who = () => this.who(request);
    const admitted = await who();
    if (this.open.size >= mostOfAll)
      throw new Failure('unavailable', { detail: 'too many event streams are open', hint: 'try again in a moment' });
    const cursor = request.headers['last-event-id'] ?? (request.query as { after?: unknown }).after;
    const { org } = admitted.call;
    const asked = typeof cursor === 'string' && cursor !== '' ? cursor : undefined;
    const resumed = asked === undefined ? undefined : await this.reading.resume(org, asked);
    const positions = resumed ?? (await this.reading.now());
    const response = this.begin(request, reply);
    const stream = new EventStream({ reading: this.reading, response, who }, admitted, positions);
    this.makeRoom(`${org} ${admitted.call.actor.kind} ${admitted.call.actor.id}`, stream);
    const leave = this.doorbells.listen(stream);
    stream
      .run(asked && !resumed ? 'reset' : 'ready', resumed !== undefined)
      .catch((error: unknown) => {
        this.log.warn({ err: error, requestId: request.id }, 'an event stream broke; its page comes back');
      })
      .finally(() => {
        leave();
        this.open.delete(stream);
      });
  }

  private who(request: FastifyRequest): Promise<Admitted> {
    const { authorization } = request.headers;
    return this.access.authenticate({ authorization, session: this.browser.session(request), requestId: request.id });
  }

  private begin(request: FastifyRequest, reply: FastifyReply) {
    reply.hijack();
    const headers = {
      ...borderHeaders(request.id),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    };
    return reply.raw.writeHead(200, headers);
  }

  /** A tab more than a person may have takes the place of their oldest. */
  private makeRoom(person: string, stream: EventStream): void {
    const own = [...this.open].filter(([, whose]) => whose === person).map(([other]) => other);
    for (const oldest of own.slice(0, Math.max(0, own.length + 1 - mostOfOne))) oldest.bye('too-many');
    this.open.set(stream, person);
  }
}
