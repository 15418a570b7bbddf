import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { eventTypes } from '@headgate/contracts';
import type { Logger } from 'pino';
import { Door } from './answers.ts';
import { Blobs } from './blobs.ts';
import { Bus } from './bus.ts';
import { Clients } from './clients.ts';
import { CONFIG, type Config } from './config.ts';
import { Consumers } from './consumers.ts';
import { Database, SCHEMA } from './database.ts';
import { DATA_SCHEMA, DataStore } from './data-store.ts';
import { EventLog } from './event-log.ts';
import { Inbox } from './inbox.ts';
import { Infra } from './infra.ts';
import { leavesOf } from './leaves.ts';
import { LOG } from './log.ts';
import { Relay } from './relay.ts';
import type { Service } from './service.ts';
import { Signals } from './signals.ts';
import { Tokens } from './tokens.ts';
import { Vault } from './vault.ts';

/** Everything a service's own module may inject. */
export function kitFor(service: Service, config: Config, log: Logger): DynamicModule {
  const always = [Blobs, Bus, Clients, Door, EventLog, Signals, Tokens, Vault];
  // Who publishes nothing has no stream to send to.
  const sending = eventTypes.some(({ service: publisher }) => publisher === service.name) ? [Relay] : [];
  const owning = service.schema && !service.readOnly ? [...sending, Consumers, Inbox, Infra] : [];
  const stored = service.schema ? [Database, { provide: SCHEMA, useValue: service.schema }] : [];

  const bulk = service.data ? [DataStore, { provide: DATA_SCHEMA, useValue: service.data }] : [];

  @Global()
  @Module({})
  class Kit {}

  return {
    module: Kit,
    imports: [DiscoveryModule],
    controllers: owning.length > 0 ? [leavesOf(service.name)] : [],
    providers: [
      { provide: CONFIG, useValue: config },
      { provide: LOG, useValue: log },
      ...always,
      ...stored,
      ...bulk,
      ...owning,
    ],
    exports: [
      CONFIG,
      LOG,
      ...always,
      ...(service.schema ? [Database] : []),
      ...(owning.length > 0 ? [Inbox, Infra] : []),
      ...(service.data ? [DataStore] : []),
    ],
  };
}
