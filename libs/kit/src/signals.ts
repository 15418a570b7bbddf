import { Injectable } from '@nestjs/common';
import type { Signal } from '@headgate/contracts';
import { Bus } from './bus.ts';

/** Says things that are worth hearing at once and not worth keeping. */
@Injectable()
export class Signals {
  constructor(private readonly bus: Bus) {}

  /** Never throws: whoever does not hear it looks a little later. */
  async say<T>(org: string, signal: Signal<T>, data: T): Promise<void> {
    try {
      const connection = await this.bus.connected();
      connection.publish(`hg.${org}.${signal.type}`, JSON.stringify(data));
    } catch {
      // not connected, or closing
    }
  }
}
