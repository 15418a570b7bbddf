import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { jetstream, type JetStreamClient, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { CONFIG, type Config } from './config.ts';
import { natsOptions } from './nats-options.ts';

export const streamOf = (service: string): string => `HG_${service}`;

/** How long a stream keeps an event. */
export const streamDays = 30;

/** This service's one connection for events; requests have Nest's own. */
@Injectable()
export class Bus implements OnApplicationShutdown {
  private connection: Promise<NatsConnection> | undefined;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  connected(): Promise<NatsConnection> {
    return (this.connection ??= connect(natsOptions(this.config)));
  }

  async jetstream(): Promise<JetStreamClient> {
    return jetstream(await this.connected());
  }

  // checkAPI asks for account information, which a service's user may not see.
  async manager(): Promise<JetStreamManager> {
    return jetstreamManager(await this.connected(), { checkAPI: false });
  }

  async onApplicationShutdown(): Promise<void> {
    const connection = await this.connection?.catch(() => undefined);
    // Close would leave unsent what was said last, an acknowledgement perhaps.
    if (connection && !connection.isClosed()) await connection.drain();
  }
}
