import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Subscription } from '@nats-io/transport-node';
import { ContractError, type EventType, eventTypes, type ProvenanceEvent, provenanceEvent } from '@headgate/contracts';
import type { Logger } from 'pino';
import { Bus, streamOf } from './bus.ts';
import type { Call } from './call.ts';
import { CONFIG, type Config } from './config.ts';
import { Database, type Tx } from './database.ts';
import { Failure } from './failure.ts';
import { LOG } from './log.ts';

/** How long a server that does not answer may hold up a service's end. */
const drainMs = 2_000;
/** How often a slow handler tells the bus that its event is in hand, ms; well within the consumer's `ack_wait`. */
const inHandMs = 2_000;
/** Deliveries of one event before it is a dead letter; the waits between them add up to a few minutes. */
const maxDeliveries = 10;

/** An event as a consumer gets it: the envelope, with data of the declared type. */
export type Heard<T> = ProvenanceEvent & { readonly data: T };

type Handler = (event: Heard<unknown>, tx: Tx) => Promise<void>;

const handlers = Symbol('handlers');

/** Marks the method that consumes one kind of event. Its effect and its inbox row commit together, so it happens once. */
export function Hears<T>(event: EventType<T>) {
  return (
    target: object,
    _name: string,
    descriptor: TypedPropertyDescriptor<(event: Heard<T>, tx: Tx) => Promise<void>>,
  ): void => {
    const owner = target as { [handlers]?: [EventType, Handler][] };
    (owner[handlers] ??= []).push([event as EventType, descriptor.value as Handler]);
  };
}

/** Runs every `@Hears` method of this service from its durable consumers. */
@Injectable()
export class Consumers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly open: ConsumerMessages[] = [];
  private readonly pumps: Promise<void>[] = [];
  private isStopping = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
    private readonly discovery: DiscoveryService,
    private readonly bus: Bus,
    private readonly database: Database,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const byType = new Map<string, Handler>();
    const sources = new Set<string>();
    for (const { instance } of this.discovery.getProviders()) {
      if (typeof instance !== 'object' || instance === null) continue;
      for (const [event, handler] of (instance as { [handlers]?: [EventType, Handler][] })[handlers] ?? []) {
        byType.set(event.type, handler.bind(instance));
        sources.add(event.service);
      }
    }
    const js = sources.size > 0 ? await this.bus.jetstream() : undefined;
    for (const source of sources) {
      const consumer = await js!.consumers.getConsumerFromInfo(
        await (await this.bus.manager()).consumers.info(streamOf(source), this.config.service),
      );
      // One at a time: what waits here would be kept from the other replicas, and from everybody after a crash.
      const messages = await consumer.consume({ max_messages: 1 });
      this.open.push(messages);
      this.pumps.push(this.pump(messages, byType));
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.open.map(drained));
    await Promise.all(this.pumps);
  }

  /** In order, one at a time per source: an event never overtakes the one it follows from. */
  private async pump(messages: ConsumerMessages, byType: Map<string, Handler>): Promise<void> {
    for await (const message of messages) {
      if (this.isStopping) {
        message.nak();
        continue;
      }
      const inHand = setInterval(() => message.working(), inHandMs);
      await this.handle(message, byType).finally(() => clearInterval(inHand));
    }
  }

  private async handle(message: JsMsg, byType: Map<string, Handler>): Promise<void> {
    try {
      const event = provenanceEvent.parse(message.json()) as Heard<unknown>;
      refuseForeign(event, message.subject);
      const handler = byType.get(event.type);
      if (handler) await this.once(event, handler);
      message.ack();
    } catch (error) {
      const reason = (error as Error).message;
      const { deliveryCount } = message.info;
      this.log.warn({ err: reason, subject: message.subject, delivery: deliveryCount }, 'event not consumed');
      const isPoison = error instanceof ContractError || error instanceof SyntaxError;
      if (!isPoison && (deliveryCount < maxDeliveries || isTransient(error))) {
        message.nak(Math.min(30_000, 200 * 2 ** Math.min(deliveryCount, 8)));
      } else {
        await this.bury(message, reason);
      }
    }
  }

  private async once(event: Heard<unknown>, handler: Handler): Promise<void> {
    const call: Call = {
      org: event.org,
      actor: { kind: 'service', id: this.config.service },
      requestId: String(event['requestid'] ?? event.id),
      correlationId: String(event['correlationid'] ?? event.id),
      causationId: event.id,
    };
    await this.database.write(call, async (tx) => {
      const first = await tx.query(
        `insert into ${tx.schema}.inbox (org_id, event_id, type) values ($1, $2, $3) on conflict do nothing returning event_id`,
        [event.org, event.id, event.type],
      );
      if (first.length > 0) await handler(event, tx);
    });
  }

  /** Keeps a poison event with its reason, out of the way of the others. */
  private async bury(message: JsMsg, reason: string): Promise<void> {
    const js = await this.bus.jetstream();
    const letter = {
      subject: message.subject,
      stream: message.info.stream,
      seq: message.seq,
      consumer: this.config.service,
      reason,
      event: message.string(),
    };
    await js.publish(`hg.dead.${this.config.service}`, JSON.stringify(letter));
    message.term(reason);
  }
}

/**
 * Ends a consumer so that what the server has sent already still comes in; `close` would drop it, and it would wait
 * for the end of its acknowledgement time. The client does this for a whole connection, but others still need theirs.
 */
async function drained(messages: ConsumerMessages): Promise<void> {
  const { sub } = messages as ConsumerMessages & { readonly sub: Subscription };
  await Promise.race([sub.drain().catch(() => undefined), sleep(drainMs, undefined, { ref: false })]);
  await messages.close();
}

/** The bus lets a service publish on the subjects of its own events only, so the subject says who speaks. */
function refuseForeign({ org, type, service }: ProvenanceEvent, subject: string): void {
  const source = eventTypes.find((event) => event.type === type)?.service;
  if (subject === `hg.${org}.${type}` && service === source) return;
  throw new ContractError('ProvenanceEvent', '/type', `${type} of ${service} came on ${subject}`);
}

/** Something that passes by itself: the event is not at fault, so it is tried for as long as it takes. */
function isTransient(error: unknown): boolean {
  if (error instanceof Failure) return error.code === 'unavailable' || error.code === 'timeout';
  const code = String((error as { code?: unknown }).code ?? '');
  // Postgres: connection exceptions, lack of resources, shutdown, serialization; Node: no connection.
  return /^(08|53|57P|40)/.test(code) || /^E(CONN|PIPE|TIMEDOUT|HOST|NOTFOUND)/.test(code);
}
