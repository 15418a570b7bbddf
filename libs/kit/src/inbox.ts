import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { streamDays } from './bus.ts';
import { idBefore } from './ids.ts';
import { Infra } from './infra.ts';
import { LOG } from './log.ts';
import { Rounds } from './rounds.ts';

const dayMs = 86_400_000;
/**
 * An event is sent again to a stream that lost it for as long as a stream would have kept it, and then comes for as
 * long once more. After that nobody sends it any more, and its row says nothing; a day for clocks that differ.
 */
const rememberedDays = 2 * streamDays + 1;
/** The first look comes so late, too: what was published just before a long rest, and not noted, is sent again before. */
const everyMs = 3_600_000;
const most = 1000;

/** Ids begin with the time of their event, so what is younger is not even looked at. */
const forget = `
  with old as materialized (
    select event_id from inbox where org_id = $1 and event_id < $2 and handled_at < now() - $3 * interval '1 day'
    order by event_id limit ${most}),
  gone as (delete from inbox where org_id = $1 and event_id = any (array(select event_id from old)) returning 1)
  select count(*)::int as n from gone`;

/** What a service has heard is remembered for as long as it could come again, and no longer. */
@Injectable()
export class Inbox implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    private readonly infra: Infra,
    @Inject(LOG) log: Logger,
  ) {
    this.rounds = new Rounds(async () => void (await this.prune()), {
      everyMs,
      failed: (error) => log.warn({ err: error.message }, 'old inbox rows not removed'),
    });
  }

  onApplicationBootstrap(): void {
    this.rounds.due(everyMs);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  /** Removes what can come no more, a little at a time. Answers how many rows. */
  async prune(): Promise<number> {
    let gone = 0;
    for (const org of await this.infra.organizationsIn('inbox'))
      for (let n = most; n === most && !this.rounds.isStopped; gone += n) n = await this.pruneOf(org);
    return gone;
  }

  private async pruneOf(org: string): Promise<number> {
    const before = idBefore(Date.now() - rememberedDays * dayMs);
    const [gone] = await this.infra.query<{ n: number }>(forget, [org, before, rememberedDays]);
    return gone!.n;
  }
}
