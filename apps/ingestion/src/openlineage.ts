import { Injectable } from '@nestjs/common';
import {
  type OpenlineageEvent,
  type OpenlineageInvocation,
  type OpenlineageListInput,
  type OpenlineageListOutput,
  type OpenlineageTakeBatchInput,
  type OpenlineageTakeBatchOutput,
  type OpenlineageTakeInput,
  type OpenlineageTakeOutput,
  runObserved,
} from '@headgate/contracts';
import { type Call, change, Database, Failure, keyOf, mutateAll, pageOf, type Tx } from '@headgate/kit';
import type { Place } from './commit.ts';
import { lockObserved } from './node-runs.ts';
import { matchObserved } from './observed-runs.ts';
import { toldBy } from './openlineage-facts.ts';
import { timeOf } from './results.ts';

interface Row {
  run: string;
  first_at: Date;
  last_at: Date;
  heard_at: Date;
  state: OpenlineageInvocation['state'] | null;
  recorded: string;
  unmatched: string;
  names: string[] | null;
}

/** Run events that others send us. */
@Injectable()
export class Openlineage {
  constructor(private readonly database: Database) {}

  async take({ project, environment, ...event }: OpenlineageTakeInput, call: Call): Promise<OpenlineageTakeOutput> {
    const { fresh, ...counted } = await this.hear({ project, environment }, [event], call);
    return { fresh: fresh > 0, ...counted };
  }

  async takeBatch(input: OpenlineageTakeBatchInput, call: Call): Promise<OpenlineageTakeBatchOutput> {
    const { project, environment, events } = input;
    await this.hear({ project, environment }, events, call);
    const received = events.length;
    return {
      status: 'success',
      summary: { received, successful: received, failed: 0, retriable: 0, non_retriable: 0 },
    };
  }

  list({ project, environment, cursor, limit = 50 }: OpenlineageListInput, call: Call): Promise<OpenlineageListOutput> {
    return this.database.read(call, async (tx) => {
      const [at, run] = keyOf(cursor, 2) ?? [];
      const rows = await tx.query<Row>(
        `with heard as (
           select run, min(event_time) as first_at, max(event_time) as last_at, min(heard_at) as heard_at,
             coalesce(max(case when "of" <> 'invocation' then null when event_type = 'COMPLETE' then 'succeeded'
               when event_type in ('FAIL', 'ABORT') then 'failed' end), max(case "of" when 'invocation' then 'running' end)) as state,
             sum(recorded) as recorded, sum(cardinality(unmatched)) as unmatched
           from openlineage_event where project = $1 and environment = $2 group by run)
         select h.*, (select array_agg(name order by name) from (select distinct u.name from openlineage_event e, unnest(e.unmatched) u(name)
             where e.project = $1 and e.environment = $2 and e.run = h.run order by 1 limit 20) n) as names
         from heard h where $3::timestamptz is null or (date_trunc('milliseconds', heard_at), run) < ($3, $4)
         order by date_trunc('milliseconds', heard_at) desc, run desc limit $5`,
        [project, environment, at ?? null, run ?? null, limit + 1],
      );
      return pageOf(
        rows,
        limit,
        (row) => [row.heard_at.toISOString(), row.run],
        (row) => shown(row, { project, environment }),
      );
    });
  }

  private hear(place: Place, events: readonly OpenlineageEvent[], call: Call) {
    const timed = events.map((event) => ({ event, time: timeIn(event) }));
    return this.database.write(call, async (tx) => {
      await lockObserved(tx, place);
      const touched: string[] = [];
      for (const { event, time } of timed) if (await keep(tx, place, event, time)) touched.push(event.run.runId);
      const { changed, ...counted } = await matchObserved(tx, place, [...new Set(touched)]);
      await mutateAll(
        tx,
        changed.map((observed) => change(runObserved, observed)),
      );
      return { fresh: touched.length, ...counted };
    });
  }
}

/** The later one stands for its type, and of two at once always the same. Answers whether it changed anything. */
async function keep(tx: Tx, { project, environment }: Place, event: OpenlineageEvent, time: string): Promise<boolean> {
  const { run, of, ended } = toldBy(event);
  // Nobody needs what was heard for longer than it takes for the nodes to be told of.
  if (of === 'invocation')
    await tx.query(
      `delete from openlineage_event where project = $1 and environment = $2 and heard_at < now() - interval '30 days'`,
      [project, environment],
    );
  if (of === 'part') return false;
  const rows = await tx.query(
    `insert into openlineage_event as e (org_id, project, environment, run_id, event_type, event_time, run, "of", ended)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (org_id, project, environment, run_id, event_type) do update
       set event_time = excluded.event_time, run = excluded.run, "of" = excluded."of", ended = excluded.ended
       where (excluded.event_time, excluded.ended::text) > (e.event_time, e.ended::text)
     returning 1`,
    [
      ...[tx.org, project, environment, event.run.runId, event.eventType ?? 'OTHER', time, run, of],
      JSON.stringify(ended),
    ],
  );
  return rows.length > 0;
}

function timeIn({ eventTime }: OpenlineageEvent): string {
  const time = timeOf(eventTime);
  if (time !== null) return time;
  throw new Failure('contract.invalid', { detail: `${eventTime} is no time`, where: '/eventTime' });
}

const shown = (row: Row, place: Place): OpenlineageInvocation => ({
  ...{ project: place.project, environment: place.environment, run: row.run },
  ...(row.state && { state: row.state }),
  ...{ firstAt: row.first_at.toISOString(), lastAt: row.last_at.toISOString() },
  ...{ recorded: Number(row.recorded), unmatched: Number(row.unmatched), names: row.names ?? [] },
});
