import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  plansList,
  planProposed,
  plansGet,
  type PlanProposed,
  type PlansGetInput,
  type Plan,
} from '@headgate/contracts';
import {
  Answers,
  type Asked,
  change,
  Clients,
  Database,
  Failure,
  Hears,
  type Heard,
  idBefore,
  Inbox,
  mutate,
  mutateAll,
  protect,
  provision,
  type Schema,
  type Service,
  type Tx,
} from '@headgate/kit';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Controller, Injectable, Module } from '@nestjs/common';
import { Column, Entity, type MigrationInterface, PrimaryColumn, type QueryRunner } from 'typeorm';
import { asker, callOf, startStack, type Stack } from './index.ts';

const orgA = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
const orgB = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0b';
const digest = `sha256:${'a'.repeat(64)}`;
const proposed = (plan: string): PlanProposed => ({
  project: 'jaffle',
  environment: 'dev',
  plan,
  document: digest,
  snapshot: digest,
  run: 1,
  skip: 0,
  partial: 0,
});

@Entity()
class Note {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  id: string;

  @Column('text')
  text: string;
}

class Notes1764000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(
      'create table planner.note (org_id uuid not null, id text not null, text text not null, primary key (org_id, id))',
    );
    await protect(db, schema, 'note');
  }

  async down(): Promise<void> {}
}

const schema: Schema = { name: 'planner', owner: 'planner', entities: [Note], migrations: [Notes1764000000000] };
const heard = new EventEmitter();
let parts: { database: Database; clients: Clients; inbox: Inbox };
let failures = 0;

@Injectable()
class Echo {
  constructor(database: Database, clients: Clients, inbox: Inbox) {
    parts = { database, clients, inbox };
  }

  @Hears(planProposed)
  async note(event: Heard<PlanProposed>, tx: Tx): Promise<void> {
    if (event.data.skip > 0 && failures++ < 1) throw new Error('not this time');
    await tx.query('insert into note values ($1, $2, $3)', [tx.org, `heard ${event.data.plan}`, '']);
    heard.emit(event.data.plan);
  }
}

@Controller()
class PlansController {
  @Answers(plansGet)
  async get({ input, call }: Asked<PlansGetInput>): Promise<Plan> {
    throw new Failure('not-found', { detail: `no plan ${input.plan} for ${call.actor.id}`, where: '/plan' });
  }
}

@Module({ controllers: [PlansController], providers: [Echo] })
class ProbeModule {}

const planner: Service = { name: 'planner', module: ProbeModule, schema, hears: [planProposed] };

const gateway = asker(orgA);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack([planner, gateway.service]);
}, 60_000);
afterAll(() => stack?.stop());

const write = (org: string, id: string) =>
  parts.database.write(callOf(org), (tx) => tx.query('insert into note values ($1, $2, $3)', [org, id, 'x']));

test('entities and migrations agree', () => expect(stack.drift).toEqual([]));

test('a mutation without an audit leaf does not commit', async () => {
  await expect(write(orgA, 'unaudited')).rejects.toThrow('mutation without an audit leaf');
  expect(await stack.sql(`select * from planner.note where id = 'unaudited'`)).toEqual([]);
});

test('a read transaction cannot write', async () => {
  const attempt = parts.database.read(callOf(orgA), (tx) =>
    tx.query('insert into note values ($1, $2, $3)', [orgA, 'x', 'x']),
  );
  await expect(attempt).rejects.toThrow('read-only transaction');
});

test('an organization neither sees nor writes rows of another', async () => {
  await parts.database.write(callOf(orgA), async (tx) => {
    await tx.query('insert into note values ($1, $2, $3)', [orgA, 'mine', 'x']);
    await mutate(tx, planProposed, proposed('0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b11'));
  });
  expect(await parts.database.read(callOf(orgB), (tx) => tx.query('select * from note'))).toEqual([]);
  await expect(
    parts.database.write(callOf(orgB), (tx) => tx.query('insert into note values ($1, $2, $3)', [orgA, 'forged', 'x'])),
  ).rejects.toThrow('row-level security');
});

test('an event is delivered to its consumer, whose effect happens once even when the first try fails', async () => {
  const plan = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b12';
  const delivered = once(heard, plan);
  await parts.database.write(callOf(orgA), (tx) => mutate(tx, planProposed, { ...proposed(plan), skip: 1 }));
  await delivered;
  expect(failures).toBeGreaterThan(0);
  // It was heard within its transaction, which commits a moment later; then the event is over, and comes no second time.
  const rows = () => stack.sql('select 1 from planner.note where id = $1', [`heard ${plan}`]);
  while ((await rows()).length === 0) await sleep(10);
  const again = randomUUID();
  const next = once(heard, again);
  await parts.database.write(callOf(orgA), (tx) => mutate(tx, planProposed, proposed(again)));
  await next;
  expect(await rows()).toHaveLength(1);
}, 20_000);

test('an event that breaks its contract goes to the dead letters at once, with its reason, and blocks nobody', async () => {
  const { user, password } = stack.host.nats.admin;
  const connection = await connect({ servers: [stack.host.nats.url], user, pass: password });
  const js = jetstream(connection);
  await js.publish(`hg.${orgA}.plan.proposed`, '{"not": "an event"}');
  const plan = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b14';
  const delivered = once(heard, plan);
  await parts.database.write(callOf(orgA), (tx) => mutate(tx, planProposed, proposed(plan)));
  await delivered;
  const manager = await jetstreamManager(connection);
  const letter = await manager.streams.getMessage('HG_DEAD', { last_by_subj: 'hg.dead.planner' });
  expect(letter?.json()).toMatchObject({
    consumer: 'planner',
    reason: expect.stringContaining('ProvenanceEvent'),
    event: '{"not": "an event"}',
  });
  await connection.close();
});

test('what was on its way to a service that stops is heard as soon as it is back', async () => {
  for (let round = 0; round < 12; round++) {
    const plan = randomUUID();
    const delivered = once(heard, plan, { signal: AbortSignal.timeout(8_000) });
    await parts.database.write(callOf(orgA), (tx) => mutate(tx, planProposed, proposed(plan)));
    await sleep(round / 2);
    await stack.restart();
    // Well before the bus would deliver again by itself what nobody acknowledged.
    await delivered;
  }
}, 120_000);

test('a bus that lost all it had gets every event again, and each still has one effect', async () => {
  const { url, admin } = stack.host.nats;
  const connection = await connect({ servers: [url], user: admin.user, pass: admin.password });
  const { streams } = await jetstreamManager(connection);
  await streams.delete('HG_planner');
  await provision(stack.host, planner, gateway.service);
  await stack.restart();
  const plan = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b15';
  const delivered = once(heard, plan);
  await parts.database.write(callOf(orgA), (tx) => mutate(tx, planProposed, proposed(plan)));
  await delivered;
  const [{ n }] = (await stack.sql<{ n: number }>('select count(*)::int as n from planner.outbox')) as [{ n: number }];
  while ((await streams.info('HG_planner')).state.messages < n) await sleep(50);
  const again = await stack.sql(`select 1 from planner.note where id like 'heard%' group by id having count(*) > 1`);
  expect(again).toEqual([]);
  await connection.close();
}, 60_000);

test('events are in the stream once and in their order, also after somebody else has written to it', async () => {
  const org = randomUUID();
  const { url, admin } = stack.host.nats;
  const connection = await connect({ servers: [url], user: admin.user, pass: admin.password });
  const { streams } = await jetstreamManager(connection);
  const sent = async (): Promise<string[]> => {
    const { first_seq, last_seq } = (await streams.info('HG_planner')).state;
    const ids: string[] = [];
    for (let seq = first_seq; seq <= last_seq; seq++) {
      const message = await streams.getMessage('HG_planner', { seq });
      if (message?.subject.includes(org)) ids.push(message.header.get('Nats-Msg-Id'));
    }
    return ids;
  };
  const written: string[] = [];
  for (let round = 0; round < 3; round++) {
    const changes = Array.from({ length: 5 }, () => change(planProposed, proposed(randomUUID())));
    const events = await parts.database.write(callOf(org), (tx) => mutateAll(tx, changes));
    written.push(...events.map(({ id }) => id));
    while ((await sent()).length < written.length) await sleep(50);
    // From here on the relay is wrong about where the stream ends.
    await jetstream(connection).publish(`hg.${orgA}.plan.proposed`, '{"not": "an event"}');
  }
  expect(await sent()).toEqual(written);
  await connection.close();
}, 30_000);

/** As an event that came so many days ago leaves it. */
const remember = (org: string, eventDays: number, handledDays: number, count = 1) =>
  stack.sql(
    `insert into planner.inbox (org_id, event_id, type, handled_at)
     select $1, overlay($2::text placing lpad(to_hex(n), 12, '0') from 25 for 12)::uuid, 'old', now() - $3 * interval '1 day'
     from generate_series(1, $4::int) n`,
    [org, idBefore(Date.now() - eventDays * 86_400_000), handledDays, count],
  );

test('an inbox forgets what can come no more, and what comes again within its time still has one effect', async () => {
  const plan = randomUUID();
  const delivered = once(heard, plan);
  const event = await parts.database.write(callOf(orgA), (tx) => mutate(tx, planProposed, proposed(plan)));
  await delivered;
  await remember(orgA, 62, 62, 2500);
  await remember(orgB, 62, 62, 3);
  // Sent again late, or by a clock that was wrong: the later of the two counts.
  await remember(orgA, 70, 60, 2);
  await remember(orgA, 60, 70, 4);
  expect(await parts.inbox.prune()).toBe(2503);
  expect(await parts.inbox.prune()).toBe(0);
  expect(await stack.sql(`select 1 from planner.inbox where type = 'old'`)).toHaveLength(6);

  const { url, admin } = stack.host.nats;
  const connection = await connect({ servers: [url], user: admin.user, pass: admin.password });
  const [sent] = await stack.sql<{ envelope: string }>('select envelope from planner.outbox where id = $1', [event.id]);
  const { seq } = await jetstream(connection).publish(`hg.${orgA}.plan.proposed`, sent!.envelope);
  const { consumers } = await jetstreamManager(connection);
  while ((await consumers.info('HG_planner', 'planner')).ack_floor.stream_seq < seq) await sleep(20);
  await connection.close();
  expect(await stack.sql('select 1 from planner.note where id = $1', [`heard ${plan}`])).toHaveLength(1);
}, 60_000);

test('tables whose rows change all the time are vacuumed after so many changes, however large they are', async () => {
  const rows = await stack.sql<{ relname: string }>(
    `select relname from pg_class where relnamespace = 'planner'::regnamespace and relkind = 'r'
       and reloptions @> array['autovacuum_vacuum_scale_factor=0', 'autovacuum_vacuum_threshold=500'] order by 1`,
  );
  expect(rows.map(({ relname }) => relname)).toEqual(['outbox_head', 'relay', 'relayed', 'touched']);
});

test('ordinals are gapless per organization, also under concurrent writers', async () => {
  await Promise.all(
    Array.from({ length: 20 }, () =>
      parts.database.write(callOf(orgB), (tx) =>
        mutate(tx, planProposed, proposed('0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b13')),
      ),
    ),
  );
  const rows = await stack.sql<{ ordinal: string }>(
    'select ordinal from planner.outbox where org_id = $1 order by ordinal',
    [orgB],
  );
  expect(rows.map(({ ordinal }) => Number(ordinal))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('a leaf cannot be changed by the service that wrote it', async () => {
  await expect(
    parts.database.write(callOf(orgA), (tx) => tx.query(`update outbox set envelope = '{}'`)),
  ).rejects.toThrow('permission denied');
});

test('a failure crosses the bus with its code, place and words', async () => {
  const asked = gateway.clients.call(plansGet, { plan: '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b12' }, callOf(orgA));
  await expect(asked).rejects.toMatchObject({
    code: 'not-found',
    where: '/plan',
    detail: expect.stringContaining('for ada'),
  });
});

test('bad input is refused at the door with its path', async () => {
  await expect(gateway.clients.call(plansGet, { plan: 'not-a-uuid' }, callOf(orgA))).rejects.toMatchObject({
    code: 'contract.invalid',
    where: '/plan',
  });
});

test('a service that is not a declared caller is refused before anything is sent', async () => {
  await expect(parts.clients.call(plansGet, { plan: orgA }, callOf(orgA))).rejects.toThrow(
    'planner may not call plans.get',
  );
});

test("the bus refuses a service that publishes another service's event", async () => {
  const { user, password } = stack.host.nats.users['gateway']!;
  const connection = await connect({ servers: [stack.host.nats.url], user, pass: password });
  const [refused] = await Promise.all([
    new Promise(
      (resolve) =>
        void (async () => {
          for await (const { type, error } of connection.status() as AsyncIterable<{ type: string; error?: Error }>)
            if (type === 'error') return resolve(error?.message);
        })(),
    ),
    connection.publish(`hg.${orgA}.plan.proposed`, '{}'),
  ]);
  expect(refused).toContain('Permissions Violation');
  await connection.close();
});

test('an operation nobody answers says so at once', async () => {
  await expect(gateway.clients.call(plansList, { project: 'p', environment: 'e' }, callOf(orgA))).rejects.toMatchObject(
    {
      code: 'unavailable',
    },
  );
});
