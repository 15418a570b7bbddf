import 'reflect-metadata';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { badAddress } from './border.ts';
import { Bus } from './bus.ts';
import { configOf, type HostConfig } from './config.ts';
import { Database } from './database.ts';
import { type Check, healthServer } from './health.ts';
import { kitFor } from './kit.module.ts';
import { logOf, nestLogger } from './log.ts';
import { natsOptions } from './nats-options.ts';
import type { Service } from './service.ts';

export interface Serving {
  /** Where the public surface listens, when one of the services has one. */
  readonly url: string | undefined;
  readonly healthUrl: string;
  close(): Promise<void>;
}

/** Runs one service, or all of them, in this process: one Nest application each, so that none can inject another's parts. */
export async function serve(host: HostConfig, ...services: Service[]): Promise<Serving> {
  const apps: INestApplication[] = [];
  const checks = new Map<string, Check>();
  let url: string | undefined;
  for (const service of services) {
    const app = await start(host, service);
    apps.push(app);
    checks.set(service.name, () => check(app, service));
    if (service.public) {
      await (app as NestFastifyApplication).listen(host.http.port, host.http.host);
      url = await app.getUrl();
    }
  }
  const health = healthServer(checks).listen(host.health.port, '127.0.0.1');
  await once(health, 'listening');
  return {
    url,
    healthUrl: `http://127.0.0.1:${(health.address() as AddressInfo).port}`,
    close: async () => {
      health.close();
      for (const app of apps.reverse()) await app.close();
    },
  };
}

async function start(host: HostConfig, service: Service): Promise<INestApplication> {
  const config = configOf(host, service.name);
  const log = logOf(service.name, config.logLevel);

  @Module({ imports: [kitFor(service, config, log), service.module] })
  class Host {}

  const app = await NestFactory.create<NestFastifyApplication>(
    Host,
    new FastifyAdapter({ routerOptions: { maxParamLength: 2048 }, frameworkErrors: badAddress }),
    {
      logger: nestLogger(log),
      bodyParser: false,
    },
  );
  const options: MicroserviceOptions = {
    transport: Transport.NATS,
    options: { ...natsOptions(config), queue: service.name },
  };
  app.connectMicroservice(options);
  await app.startAllMicroservices();
  await app.init();
  return app;
}

async function check(app: INestApplication, service: Service): Promise<void> {
  const bus = await app.get(Bus, { strict: false }).connected();
  await bus.flush();
  if (!service.schema) return;
  const nobody = {
    org: '00000000-0000-0000-0000-000000000000',
    actor: { kind: 'service' as const, id: service.name },
    requestId: 'readyz',
  };
  await app.get(Database, { strict: false }).read(nobody, (tx) => tx.query('select 1'));
}
