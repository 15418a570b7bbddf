import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap, Inject } from '@nestjs/common';
import { type Call, Database, DataStore, Infra, LOG, Rounds } from '@headgate/kit';
import type { Logger } from 'pino';
import { grouped } from './coalescer.ts';

const most = 500;

interface Found {
  readonly org_id: string;
  readonly id: string;
  readonly stage: 'drop' | 'sweep' | 'forget';
}

/**
 * What was staged and will never be committed: its attempt is over, which it stays. What is held is not among it,
 * however long it takes. Then what was dropped; and at last the marks of that, once nobody can come too late any more.
 */
const unwanted = `
  select p.org_id, p.id, case when p.state = 'staged' then 'drop' when p.swept_at is null then 'sweep' else 'forget' end as stage
  from dataset_part p
  where p.state <> 'committed'
    and (p.state = 'dropped' or not exists (
      select 1 from task t where t.org_id = p.org_id and t.id = p.task_id and t.attempt = p.attempt and t.status = 'leased'))
    and (p.swept_at is null or p.registered_at < now() - interval '2 hours')
  order by p.registered_at limit ${most}`;

/** Each step may be repeated, and a crash between two leaves what the next round finds. */
@Injectable()
export class PartSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds = new Rounds(() => this.sweep(), {
    everyMs: 2000,
    failed: (error) => this.log.warn({ err: error.message }, 'staged rows not swept'),
  });

  constructor(
    private readonly database: Database,
    private readonly store: DataStore,
    private readonly infra: Infra,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.due(1000);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  private async sweep(): Promise<void> {
    const found = await this.infra.query<Found & Record<string, unknown>>(unwanted);
    // One after another, and what goes wrong in one organization is not the trouble of the next.
    const all = [...grouped(found, ({ org_id }) => org_id)];
    const wrong: unknown[] = [];
    for (const [org, parts] of all)
      if (!this.rounds.isStopped) await this.sweepOne(org, parts).catch((error: unknown) => void wrong.push(error));
    if (wrong.length > 0) throw wrong[0];
    if (found.length === most) this.rounds.due(0);
  }

  private async sweepOne(org: string, parts: readonly Found[]): Promise<void> {
    const call: Call = { org, actor: { kind: 'service', id: 'dispatcher' }, requestId: 'sweep' };
    const ids = (...stages: Found['stage'][]) =>
      parts.filter(({ stage }) => stages.includes(stage)).map(({ id }) => id);
    await this.drop(call, ids('drop'));
    await this.remove(call, ids('drop', 'sweep'));
    await this.forget(call, ids('forget'));
  }

  /** A commit that got there first holds the row, and leaves it `committed`. */
  private async drop(call: Call, parts: readonly string[]): Promise<void> {
    if (parts.length === 0) return;
    // unaudited: nothing that was ever visible.
    await this.database.write(call, (tx) =>
      tx.query(
        `update dataset_part p set state = 'dropped' where org_id = $1 and id = any ($2) and state = 'staged'
           and not exists (
             select 1 from task t where t.org_id = $1 and t.id = p.task_id and t.attempt = p.attempt and t.status = 'leased')`,
        [call.org, parts],
      ),
    );
  }

  /** The mark first: whoever still writes to a part finds it, or is waited for. */
  private async remove(call: Call, parts: readonly string[]): Promise<void> {
    if (parts.length === 0) return;
    const dropped = await this.database.read(call, (tx) =>
      tx.query<{ id: string }>(
        `select id from dataset_part where org_id = $1 and id = any ($2) and state = 'dropped' order by id`,
        [call.org, parts],
      ),
    );
    const ids = dropped.map(({ id }) => id);
    await this.store.write(call, async (tx) => {
      await tx.query(
        `insert into part (org_id, id, dropped_at) select $1, id, now() from unnest($2::uuid[]) as id
         on conflict (org_id, id) do update set dropped_at = coalesce(part.dropped_at, now())`,
        [call.org, ids],
      );
      await tx.query('delete from batch where org_id = $1 and part_id = any ($2)', [call.org, ids]);
    });
    await this.database.write(call, (tx) =>
      tx.query(`update dataset_part set swept_at = now() where org_id = $1 and id = any ($2) and state = 'dropped'`, [
        call.org,
        ids,
      ]),
    );
  }

  private async forget(call: Call, parts: readonly string[]): Promise<void> {
    if (parts.length === 0) return;
    await this.store.write(call, (tx) =>
      tx.query('delete from part where org_id = $1 and id = any ($2)', [call.org, parts]),
    );
    await this.database.write(call, (tx) =>
      tx.query('delete from dataset_part where org_id = $1 and id = any ($2) and swept_at is not null', [
        call.org,
        parts,
      ]),
    );
  }
}
