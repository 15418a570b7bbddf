import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, Infra, LOG } from '@headgate/kit';
import type { Logger } from 'pino';
import { Trees } from './trees.ts';

/** Leaves that come in together get one checkpoint. Sealing within a second is promised, so well below. */
const gatherMs = 200;
/** Finds what another replica heard and did not live to seal. */
const pollMs = 1000;

/** Seals every tree that has new leaves. */
@Injectable()
export class Sealer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Infinity;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    @Inject(LOG) private readonly log: Logger,
    private readonly database: Database,
    private readonly infra: Infra,
    private readonly trees: Trees,
  ) {}

  onApplicationBootstrap(): void {
    this.database.committed.on('commit', () => this.due(gatherMs));
    this.due(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private due(inMs: number): void {
    const at = performance.now() + inMs;
    if (this.stopped || at >= this.dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = setTimeout(() => {
      this.dueAt = Infinity;
      this.running = this.running.then(() => this.pass());
    }, inMs);
  }

  private async pass(): Promise<void> {
    try {
      for (const { org_id } of await this.infra.query<{ org_id: string }>(
        'select org_id from tree where sealed < size',
      ))
        await this.trees.seal(org_id);
    } catch (error) {
      if (!this.stopped) this.log.warn({ err: (error as Error).message }, 'sealing is tried again');
    }
    this.due(pollMs);
  }
}
