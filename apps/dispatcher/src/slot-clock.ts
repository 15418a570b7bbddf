import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, Infra, LOG, Rounds } from '@headgate/kit';
import type { Logger } from 'pino';
import { Queue } from './queue.ts';
import { putOff } from './slots.ts';

/** What other replicas put off is seen this often. */
const everyMs = 1000;

const times = `
  select exists (select 1 from task_offer where rate_key is not null and run_at <= now()) as due,
    (select (extract(epoch from run_at - clock_timestamp()) * 1000)::float8 from task_offer
     where rate_key is not null and run_at > now() order by run_at limit 1) as next`;

/**
 * Looks for work at the moment that a task's slot comes. Were it found by the queue's own look each second, a limit of
 * ten in a second would let one start.
 */
@Injectable()
export class SlotClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds = new Rounds(() => this.look(), {
    everyMs,
    failed: (error) => this.log.warn({ err: error.message }, 'no slots looked for'),
  });

  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
    private readonly queue: Queue,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.database.committed.on('commit', (told: ReadonlySet<string>) => {
      if (told.has(putOff)) this.rounds.due(0);
    });
    this.rounds.due(everyMs);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  private async look(): Promise<void> {
    const [found] = await this.infra.query<{ due: boolean; next: number | null }>(times);
    if (found!.due) this.queue.wake();
    if (found!.next !== null) this.rounds.due(Math.max(1, Math.ceil(found!.next)));
  }
}
