import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { JetStreamClient, JetStreamManager, PubAck, StreamInfo } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import pg from 'pg';
import type { Logger } from 'pino';
import { Bus, streamOf } from './bus.ts';
import { CONFIG, type Config } from './config.ts';
import { Database, SCHEMA } from './database.ts';
import { LOG } from './log.ts';
import { identifier, type Schema } from './service.ts';

interface Row {
  readonly id: string;
  readonly org_id: string;
  readonly type: string;
  readonly ordinal: string;
  readonly envelope: string;
  readonly leaf_hash: string;
}

const batchSize = 500;
/** Of one organization where many have some, so that the backlog of one does not keep back the others. */
const ofOneOrg = 100;
/** Rounds that follow each other begin so far apart: what one costs hardly depends on how much it carries. */
const paceMs = 20;
/** A commit in this process wakes the relay at once; this finds what other replicas committed. */
const pollMs = 500;
/** How soon it is noticed that the bus has lost what it once had. */
const compareEveryMs = 2000;

/**
 * Sends outbox rows to the service's stream, each organization's in their order, each at least once. Ordinals have no
 * gaps and are committed in their order, so one number an organization says what was sent. One relay per service: it holds a session
 * advisory lock on its own connection, and the stream's last sequence fences a relay that lost the lock unknowingly.
 */
@Injectable()
export class Relay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopped = false;
  private compared = -Infinity;
  /** The stream's last sequence, as its last answer said it; unknown until this relay has sent something. */
  private lastSeq: number | undefined;
  /** The organization that came last; the next round begins behind it. */
  private served = '00000000-0000-0000-0000-000000000000';
  /** Something was committed since the last round began. */
  private isDue = false;
  private endPause: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(SCHEMA) private readonly schema: Schema,
    @Inject(LOG) private readonly log: Logger,
    private readonly bus: Bus,
    private readonly database: Database,
  ) {}

  onApplicationBootstrap(): void {
    this.database.committed.on('commit', () => this.wake());
    this.running = this.loop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.lead();
      } catch (error) {
        if (!this.stopped) this.log.warn({ err: (error as Error).message }, 'relay starts again');
        await this.pause();
      }
    }
  }

  /** Holds the lock for as long as the connection lives. */
  private async lead(): Promise<void> {
    const { host, port, database, infra } = this.config.postgres;
    const db = new pg.Client({
      host,
      port,
      database,
      user: infra!.user,
      password: infra!.password,
      application_name: `${this.config.service} relay`,
      // Planned once, maybe while there is next to nothing to send; found by its key all the same. What a crash forgets of
      // what was sent is sent again, so nobody has to wait for the disk to know it.
      options:
        '-c synchronous_commit=off -c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off',
    });
    let lost: Error | undefined;
    db.on('error', (error: Error) => (lost = error));
    await db.connect();
    this.compared = -Infinity;
    this.lastSeq = undefined;
    try {
      while (!this.stopped) {
        const { rows } = await db.query(`select pg_try_advisory_lock(hashtext($1)) as held`, [
          `relay ${this.schema.name}`,
        ]);
        if (rows[0].held) break;
        await this.pause();
      }
      const js = await this.bus.jetstream();
      const manager = await this.bus.manager();
      while (!this.stopped) {
        if (lost) throw lost;
        const begun = performance.now();
        this.isDue = false;
        const sent = await this.send(db, js, manager);
        if (sent < batchSize && !this.isDue) await this.pause();
        if (sent > 0) await sleep(Math.max(0, begun + paceMs - performance.now()));
      }
    } finally {
      await db.end().catch(() => undefined);
    }
  }

  private async send(db: pg.Client, js: JetStreamClient, manager: JetStreamManager): Promise<number> {
    const schema = identifier(this.schema.name);
    const stream = streamOf(this.schema.owner);
    if (performance.now() - this.compared > compareEveryMs) {
      await compare(db, schema, await manager.streams.info(stream));
      this.compared = performance.now();
    }
    const { rows } = await db.query<Row>({
      name: 'unsent',
      text: `
        select o.id, o.org_id, o.type, o.ordinal, o.envelope, o.leaf_hash
        from (
          select h.org_id, coalesce(r.ordinal, 0) as sent,
            greatest(${ofOneOrg}, ${batchSize} / count(*) over ()) as most
          from ${schema}.outbox_head h left join ${schema}.relayed r on r.org_id = h.org_id
          where h.ordinal > coalesce(r.ordinal, 0)) h cross join lateral (
          select * from ${schema}.outbox where org_id = h.org_id and ordinal > h.sent
          order by ordinal limit h.most) o
        order by h.org_id <= $1, h.org_id, o.ordinal limit ${batchSize}`,
      values: [this.served],
    });
    if (rows.length === 0) return 0;
    this.served = rows.at(-1)!.org_id;
    const known = this.lastSeq ?? (await manager.streams.info(stream)).state.last_seq;
    const { seq, duplicate } = await publish(js, rows, known);
    // That of a repeat is where it lies since it first came, which may be anywhere.
    this.lastSeq = duplicate ? undefined : seq;
    await db.query({
      name: 'sent',
      text: `
        with sent as (
          insert into ${schema}.relayed (org_id, ordinal) select * from unnest($1::uuid[], $2::bigint[])
          on conflict (org_id) do update set ordinal = excluded.ordinal)
        update ${schema}.relay set last_seq = greatest(last_seq, $3) where stream = $4`,
      values: [...upTo(rows), seq, stream],
    });
    return rows.length;
  }

  private wake(): void {
    this.isDue = true;
    this.endPause();
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Organizations, and the last ordinal of each. */
function upTo(rows: readonly Row[]): [string[], string[]] {
  const last = new Map(rows.map(({ org_id, ordinal }) => [org_id, ordinal]));
  return [[...last.keys()], [...last.values()]];
}

const message = ({ id, org_id, type, envelope, leaf_hash }: Row) => {
  const fields = headers();
  fields.set('Nats-Msg-Id', id);
  fields.set('HG-Leaf-Hash', leaf_hash);
  return { subject: `hg.${org_id}.${type}`, payload: envelope, headers: fields };
};

/**
 * A stream that was made anew, or that ends before what it had confirmed, lost events: all that it would still keep are
 * sent again. Consumers know by their inbox what they have had.
 */
async function compare(db: pg.Client, schema: string, { config, created, state }: StreamInfo): Promise<void> {
  await db.query('begin');
  const { rows } = await db.query<{ created: string; last_seq: string }>(
    `select created, last_seq from ${schema}.relay where stream = $1`,
    [config.name],
  );
  const [known] = rows;
  if (known && (known.created !== created || state.last_seq < Number(known.last_seq))) {
    await db.query(
      `update ${schema}.relayed r set ordinal = least(r.ordinal, o.first - 1)
       from (select org_id, min(ordinal) as first from ${schema}.outbox
         where created_at > now() - $1 * interval '1 millisecond' group by org_id) o where o.org_id = r.org_id`,
      [config.max_age / 1e6],
    );
  }
  await db.query(
    `insert into ${schema}.relay (stream, created, last_seq) values ($1, $2, $3)
     on conflict (stream) do update set created = excluded.created, last_seq = excluded.last_seq
     where (relay.created, relay.last_seq) is distinct from (excluded.created, excluded.last_seq)`,
    [config.name, created, state.last_seq],
  );
  await db.query('commit');
}

/**
 * One atomic batch fenced by the stream's last sequence. A refused batch can mean a stale sequence or that part of it
 * is there already (the client reports both alike), so then the rows go one by one: their ids make repeats harmless.
 * Answers where the last one lies.
 */
async function publish(js: JetStreamClient, rows: Row[], lastSequence: number): Promise<PubAck> {
  if (rows.length > 1) {
    try {
      const [first, ...rest] = rows.map(message);
      const batch = await js.startBatch(first!.subject, first!.payload, {
        headers: first!.headers,
        expect: { lastSequence },
      });
      const last = rest.pop()!;
      for (const { subject, payload, headers: fields } of rest) batch.add(subject, payload, { headers: fields });
      return await batch.commit(last.subject, last.payload, { headers: last.headers });
    } catch {
      // one by one
    }
  }
  let ack: PubAck | undefined;
  for (const row of rows) {
    const { subject, payload, headers: fields } = message(row);
    ack = await js.publish(subject, payload, { headers: fields, msgID: row.id });
  }
  return ack!;
}
