import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ContractError, logAppended, type LogAppended } from '@headgate/contracts';
import { EventLog, type Extent, LOG, type Ring } from '@headgate/kit';
import type { Logger } from 'pino';

/** What was published without our hearing it (NATS was away) is found this often. */
const lookMs = 2000;

/** Whoever wants to know. */
export interface Listener {
  readonly org: string;
  /** This publisher may have something new. */
  look(publisher: string): void;
  /** A run has new log lines. */
  lines(log: LogAppended): void;
  /** Signals may have been missed. */
  missed(): void;
  /** A stream was made anew: positions in it mean nothing any more. */
  lost(): void;
}

/** Tells open streams that there is something new. Spurious rings do no harm; what is missed is found by looking. */
@Injectable()
export class Doorbells implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly seen = new Map<string, Extent>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly events: EventLog,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.events.listen((heard) => this.ring(heard)).catch((error: Error) => this.log.error({ err: error }, 'deaf'));
    this.timer = setInterval(() => void this.look(), lookMs).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Answers how to stop. */
  listen(listener: Listener): () => void {
    const { org } = listener;
    const ofOrg = this.listeners.get(org) ?? new Set();
    this.listeners.set(org, ofOrg.add(listener));
    return () => {
      ofOrg.delete(listener);
      if (ofOrg.size === 0 && this.listeners.get(org) === ofOrg) this.listeners.delete(org);
    };
  }

  private ring({ org, publisher, signal }: Ring): void {
    const concerned = org === undefined ? [...this.listeners.values()] : [this.listeners.get(org) ?? new Set()];
    for (const listener of concerned.flatMap((ofOrg) => [...ofOrg])) {
      if (signal) this.pass(signal, listener);
      else if (publisher) listener.look(publisher);
      else if (org === undefined) listener.missed();
    }
  }

  private pass({ type, data }: NonNullable<Ring['signal']>, listener: Listener): void {
    if (type !== logAppended.type) return;
    try {
      listener.lines(logAppended.parse(data));
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.log.warn({ err: error.message }, 'a signal that keeps no contract');
    }
  }

  private async look(): Promise<void> {
    for (const publisher of this.events.publishers) {
      if (this.listeners.size === 0) return;
      const extent = await this.events.extent(publisher).catch(() => undefined);
      const before = this.seen.get(publisher);
      if (!extent || (before?.last === extent.last && before.made === extent.made)) continue;
      this.seen.set(publisher, extent);
      const isAnew = before !== undefined && (before.made !== extent.made || extent.last < before.last);
      for (const listener of [...this.listeners.values()].flatMap((ofOrg) => [...ofOrg])) {
        if (isAnew) listener.lost();
        else listener.look(publisher);
      }
    }
  }
}
