import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Infra, LOG, Rounds } from '@headgate/kit';
import type { Logger } from 'pino';
import { FeedPulls, holdSeconds } from './feed-pulls.ts';

const pollMs = 2000;
/** Feeds at once: one that answers slowly does not hold up the others. */
const most = 4;

/** Pulls the feeds that are due. */
@Injectable()
export class FeedSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds = new Rounds(() => this.pass(), {
    everyMs: pollMs,
    failed: (error) => this.log.warn({ err: error.message }, 'feeds are looked for again'),
  });
  private readonly working = new Set<Promise<void>>();

  constructor(
    private readonly infra: Infra,
    private readonly pulls: FeedPulls,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.due(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
    await Promise.all(this.working);
  }

  private async pass(): Promise<void> {
    while (this.working.size < most) {
      const found = await this.claim();
      if (!found) break;
      this.begin(found);
    }
  }

  private async claim(): Promise<{ org_id: string; feed_id: string } | undefined> {
    const [row] = await this.infra.query<{ org_id: string; feed_id: string }>(
      `update feed_state set held_until = now() + make_interval(secs => $1)
       where (org_id, feed_id) = (select org_id, feed_id from feed_state
         where due_at <= now() and (held_until is null or held_until < now()) order by due_at limit 1 for update skip locked)
       returning org_id, feed_id`,
      [holdSeconds],
    );
    return row;
  }

  private begin({ org_id: org, feed_id: id }: { org_id: string; feed_id: string }): void {
    const call = { org, actor: { kind: 'service' as const, id: 'ingestion' }, requestId: `feed ${id}` };
    const work: Promise<void> = this.pulls
      .work(id, call)
      .catch((error: Error) => this.log.warn({ err: error.message, feed: id }, 'feed not pulled'))
      .finally(() => {
        this.working.delete(work);
        this.rounds.due(0);
      });
    this.working.add(work);
  }
}
