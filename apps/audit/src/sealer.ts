import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, Infra, LOG, Rounds } from '@headgate/kit';
import type { Logger } from 'pino';
import { Trees } from './trees.ts';

/** Leaves that come in together get one checkpoint. Sealing within a second is promised, so well below. */
const gatherMs = 200;
/** Finds what another replica heard and did not live to seal. */
const pollMs = 1000;

/** Seals every tree that has new leaves. */
@Injectable()
export class Sealer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    @Inject(LOG) private readonly log: Logger,
    private readonly database: Database,
    private readonly infra: Infra,
    private readonly trees: Trees,
  ) {
    this.rounds = new Rounds(() => this.pass(), {
      everyMs: pollMs,
      failed: (error) => this.log.warn({ err: error.message }, 'sealing is tried again'),
    });
  }

  onApplicationBootstrap(): void {
    this.database.committed.on('commit', () => this.rounds.due(gatherMs));
    this.rounds.due(0);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  private async pass(): Promise<void> {
    for (const { org_id } of await this.infra.query<{ org_id: string }>('select org_id from tree where sealed < size'))
      await this.trees.seal(org_id);
  }
}
