import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  jetstreamManager,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { eventTypes } from '@headgate/contracts';
import { connect, nanos } from '@nats-io/transport-node';
import { streamDays, streamOf } from './bus.ts';
import type { HostConfig } from './config.ts';
import type { Service } from './service.ts';

const dayMs = 86_400_000;

/** Creates or updates every stream and durable consumer. Services have no right to; this runs with the migrations. */
export async function provision(host: HostConfig, ...services: Service[]): Promise<void> {
  const connection = await connect({
    servers: [host.nats.url],
    user: host.nats.admin.user,
    pass: host.nats.admin.password,
  });
  try {
    const manager = await jetstreamManager(connection);
    for (const service of new Set(eventTypes.map(({ service: publisher }) => publisher)))
      await provisionStream(manager, service);
    await upsertStream(manager, 'HG_DEAD', ['hg.dead.*'], { max_age: nanos(90 * dayMs) });
    for (const service of services) await provisionConsumers(manager, service);
  } finally {
    await connection.close();
  }
}

async function provisionStream(manager: JetStreamManager, service: string): Promise<void> {
  const subjects = eventTypes.filter((event) => event.service === service).map(({ type }) => `hg.*.${type}`);
  // The outbox re-publishes only what was never acknowledged, so the window need not outlast a long outage.
  await upsertStream(manager, streamOf(service), subjects, {
    allow_atomic: true,
    duplicate_window: nanos(10 * 60_000),
    max_age: nanos(streamDays * dayMs),
    deny_delete: true,
    deny_purge: true,
  });
}

async function upsertStream(manager: JetStreamManager, name: string, subjects: string[], more: object): Promise<void> {
  const config = {
    name,
    subjects,
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    num_replicas: 1,
    ...more,
  };
  const exists = await manager.streams.info(name).catch(() => undefined);
  if (exists) await manager.streams.update(name, config);
  else await manager.streams.add(config);
}

async function provisionConsumers(manager: JetStreamManager, { name, hears = [] }: Service): Promise<void> {
  const sources = new Set(hears.map(({ service }) => service));
  for (const source of sources) {
    const filter_subjects = hears.filter(({ service }) => service === source).map(({ type }) => `hg.*.${type}`);
    const config = {
      durable_name: name,
      filter_subjects,
      ack_policy: AckPolicy.Explicit,
      // What a crashed replica had in hand is delivered again after this; a live one says that it is at work.
      ack_wait: nanos(10_000),
      deliver_policy: DeliverPolicy.All,
      // The consumer itself decides when an event is a dead letter: only it knows whether the event is at fault.
      max_deliver: -1,
      max_ack_pending: 256,
    };
    const exists = await manager.consumers.info(streamOf(source), name).catch(() => undefined);
    if (exists) await manager.consumers.update(streamOf(source), name, config);
    else await manager.consumers.add(streamOf(source), config);
  }
}
