import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Call, CONFIG, type Config, Infra, LOG, Rounds } from '@headgate/kit';
import type { Logger } from 'pino';
import { Retention } from './retention.ts';

const hourMs = 3_600_000;
/** Not while everything starts. */
const firstMs = 60_000;

/** Looks now and then, in every organization, for what nothing needs any more. Several replicas may: each step is one transaction. */
@Injectable()
export class RetentionStep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: Rounds;
  private readonly everyMs: number;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(LOG) private readonly log: Logger,
    private readonly infra: Infra,
    private readonly retention: Retention,
  ) {
    this.everyMs = config.retention.everyMs ?? hourMs;
    this.rounds = new Rounds(() => this.pass(), { everyMs: this.everyMs, failed: (error) => this.tell(error) });
  }

  onApplicationBootstrap(): void {
    this.rounds.due(Math.min(firstMs, this.everyMs));
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  private async pass(): Promise<void> {
    await this.each('select org_id, project, environment from environment_head', ({ project, environment }, call) =>
      this.retention.expire({ project: project!, environment: environment! }, call),
    );
    await this.each('select distinct org_id from upload where expires_at < now()', (_, call) =>
      this.retention.dropUploads(call),
    );
    await this.each('select distinct org_id from unused_blob', async (_, call) => {
      while (!this.rounds.isStopped && (await this.retention.sweep(call)));
    });
  }

  /** One that fails does not hold up the others; it is looked at again. */
  private async each(sql: string, work: (row: Row, call: Call) => Promise<unknown>): Promise<void> {
    for (const row of await this.infra.query<Row>(sql)) {
      if (this.rounds.isStopped) return;
      const actor = { kind: 'service', id: 'ingestion' } as const;
      await work(row, { org: row.org_id, actor, requestId: 'retention' }).catch((error: Error) => this.tell(error));
    }
  }

  private tell(error: Error): void {
    if (!this.rounds.isStopped) this.log.warn({ err: error.message }, 'retention is tried again');
  }
}

interface Row {
  readonly org_id: string;
  readonly project?: string;
  readonly environment?: string;
}
