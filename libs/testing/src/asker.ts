import { randomUUID } from 'node:crypto';
import type { Operation } from '@headgate/contracts';
import { Blobs, type Call, Clients, type Service, type ServiceName } from '@headgate/kit';
import { Module } from '@nestjs/common';

/** A service with no tables and no routes of its own: through it a test asks the real ones over the bus. */
export interface Asker {
  /** To be started among the services of `startStack`. */
  readonly service: Service;
  /** What the started service was given; not to be read before. */
  readonly clients: Clients;
  readonly blobs: Blobs;
  /** Asks as a person of this organization, of the asker's own without one. */
  ask<I, O>(operation: Operation<I, O>, input: I, org?: string): Promise<O>;
}

/** Who a test is when it asks: `ada`, of this organization. */
export const callOf = (org: string): Call => ({ org, actor: { kind: 'person', id: 'ada' }, requestId: 'r-1' });

/** @param name whose rights on the bus it has; the gateway may ask nearly everything. */
export function asker(home: string = randomUUID(), name: ServiceName = 'gateway'): Asker {
  let given: { clients: Clients; blobs: Blobs } | undefined;

  @Module({})
  class AskerModule {
    constructor(clients: Clients, blobs: Blobs) {
      given = { clients, blobs };
    }
  }
  const started = () => {
    if (!given) throw new Error('the asker is not started: give its service to startStack');
    return given;
  };
  return {
    service: { name, module: AskerModule },
    get clients() {
      return started().clients;
    },
    get blobs() {
      return started().blobs;
    },
    ask: (operation, input, org = home) => started().clients.call(operation, input, callOf(org)),
  };
}
