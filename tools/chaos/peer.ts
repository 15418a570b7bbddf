// The other end of the dispatcher's wire: a service by the name of runner that asks for runs and hears how they end. It
// keeps what it asked for and what it heard in tables of its own, so that both can be held against what it was told.
import {
  runCancelRequested,
  runRequested,
  taskFinished,
  type RunRequested,
  type TaskFinished,
} from '@headgate/contracts';
import {
  type Call,
  Clients,
  Database,
  Hears,
  type Heard,
  mutate,
  protect,
  type Schema,
  type Service,
  type Tx,
} from '@headgate/kit';
import { Injectable, Module } from '@nestjs/common';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const owned = { name: 'runner', owner: 'runner' } as const;

class Peer1764000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table runner.request (org_id uuid not null, run uuid not null, primary key (org_id, run));
      create table runner.effect (org_id uuid not null, id uuid not null default gen_random_uuid(), event uuid not null,
        task uuid not null, attempt integer not null, outcome text not null, primary key (org_id, id));
    `);
    for (const table of ['request', 'effect']) await protect(db, owned, table);
  }

  async down(): Promise<void> {}
}

const schema: Schema = { ...owned, entities: [], migrations: [Peer1764000000000] };

export const callOf = (org: string): Call => ({ org, actor: { kind: 'service', id: 'runner' }, requestId: 'chaos' });

/** Set once the service is being served. */
export const parts: { database?: Database; clients?: Clients } = {};

@Injectable()
class Asker {
  constructor(database: Database, clients: Clients) {
    Object.assign(parts, { database, clients });
  }

  /** A plain insert: an event that is handled twice leaves two rows. */
  @Hears(taskFinished)
  async note({ id, data }: Heard<TaskFinished>, tx: Tx): Promise<void> {
    await tx.query('insert into runner.effect (org_id, event, task, attempt, outcome) values ($1, $2, $3, $4, $5)', [
      ...[tx.org, id, data.task, data.attempt, data.outcome],
    ]);
  }
}

@Module({ providers: [Asker] })
class AskerModule {}

@Module({})
class WorkerModule {
  constructor(clients: Clients) {
    Object.assign(parts, { clients });
  }
}

export const asker: Service = { name: 'runner', module: AskerModule, schema, hears: [taskFinished] };
export const worker: Service = { name: 'runner', module: WorkerModule };

/** Asks for a run; the same one again is no second one. */
export function request(org: string, data: RunRequested): Promise<void> {
  return parts.database!.write(callOf(org), async (tx) => {
    const known = await tx.query('select 1 from runner.request where run = $1', [data.run]);
    if (known.length > 0) return;
    await tx.query('insert into runner.request (org_id, run) values ($1, $2)', [org, data.run]);
    await mutate(tx, runRequested, data);
  });
}

export async function cancel(org: string, run: string): Promise<void> {
  await parts.database!.write(callOf(org), (tx) =>
    mutate(tx, runCancelRequested, { project: 'chaos', environment: 'dev', run }),
  );
}
