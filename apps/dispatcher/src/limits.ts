import { Injectable } from '@nestjs/common';
import {
  type Empty,
  type LimitOfStarts,
  limitRemoved,
  limitSet,
  type LimitsListInput,
  type LimitsListOutput,
  type LimitsPutInput,
  type LimitsRemoveInput,
} from '@headgate/contracts';
import { type Call, Database, Failure, keyOf, mutate, pageOf } from '@headgate/kit';
import { realign } from './slots.ts';

interface Row {
  readonly key: string;
  readonly starts: number;
  readonly seconds: number;
  readonly burst: number;
  readonly updated_by: string;
  readonly updated_at: Date;
}

/** How often tasks of a rate key may start, as the organization says. */
@Injectable()
export class Limits {
  constructor(private readonly database: Database) {}

  list({ cursor, limit = 50 }: LimitsListInput, call: Call): Promise<LimitsListOutput> {
    return this.database.read(call, async (tx) => {
      const [after] = keyOf(cursor, 1) ?? [''];
      const rows = await tx.query<Row>(
        'select * from rate_limit where org_id = $1 and key > $2 order by key limit $3',
        [tx.org, after, limit + 1],
      );
      return pageOf(rows, limit, ({ key }) => [key], shown);
    });
  }

  put({ key, starts, seconds, burst = 1 }: LimitsPutInput, call: Call): Promise<LimitOfStarts> {
    return this.database.write(call, async (tx) => {
      await tx.query('insert into rate_pace (org_id, key) values ($1, $2) on conflict do nothing', [tx.org, key]);
      // The pace is what claims lock first, so it is first here as well.
      await tx.query('select 1 from rate_pace where org_id = $1 and key = $2 for update', [tx.org, key]);
      const [row] = await tx.query<Row>(
        `insert into rate_limit (org_id, key, starts, seconds, burst, updated_by) values ($1, $2, $3, $4, $5, $6)
         on conflict (org_id, key) do update set starts = excluded.starts, seconds = excluded.seconds,
           burst = excluded.burst, updated_by = excluded.updated_by, updated_at = now() returning *`,
        [tx.org, key, starts, seconds, burst, call.actor.id],
      );
      await realign(tx, key);
      await mutate(tx, limitSet, { key, starts, seconds, burst });
      return shown(row!);
    });
  }

  remove({ key }: LimitsRemoveInput, call: Call): Promise<Empty> {
    return this.database.write(call, async (tx) => {
      const gone = await tx.query('select 1 from rate_pace where org_id = $1 and key = $2 for update', [tx.org, key]);
      if (gone.length === 0)
        throw new Failure('not-found', {
          ...{ detail: `there is no limit for ${key}`, where: '/key' },
          hint: 'GET /api/v1/limits lists them',
        });
      await tx.query('delete from rate_pace where org_id = $1 and key = $2', [tx.org, key]);
      await tx.query('delete from rate_limit where org_id = $1 and key = $2', [tx.org, key]);
      await realign(tx, key);
      await mutate(tx, limitRemoved, { key });
      return {};
    });
  }
}

const shown = ({ key, starts, seconds, burst, updated_by, updated_at }: Row): LimitOfStarts => ({
  ...{ key, starts, seconds, burst },
  updatedBy: updated_by,
  updatedAt: updated_at.toISOString(),
});
