import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { escapeLiteral, type PoolClient } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import type { Call } from './call.ts';
import { CONFIG, type Config } from './config.ts';
import { PostgresNaming } from './naming.ts';
import { identifier, optionsOf, type Schema } from './service.ts';

export const SCHEMA = Symbol('schema');

/** An open transaction, bound to one organization. */
export interface Tx {
  readonly org: string;
  readonly call: Call;
  readonly service: string;
  /** Types of the events it has written so far, and whatever else is to be known of its commit. */
  readonly told: Set<string>;
  /** The schema of the service's tables, quoted already where it needs to be. */
  readonly schema: string;
  query<R = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<R[]>;
  /** The same for a fixed text that runs all the time: each connection plans it once. */
  prepared<R = Record<string, unknown>>(sql: string, parameters: unknown[]): Promise<R[]>;
  /**
   * A prepared statement whose answer nobody needs: resolves when it is on its way, and its failure is the
   * transaction's. The commit follows it without a wait in between.
   */
  send(sql: string, parameters: unknown[]): Promise<void>;
  readonly manager: EntityManager;
}

const names = new Map<string, string>();

/** What a prepared text is called on its connection. */
export function nameOf(sql: string): string {
  const name = names.get(sql) ?? `hg_${names.size}`;
  names.set(sql, name);
  return name;
}

/** Whatever this turn of the event loop still says to the server goes out in one piece. */
function together(client: PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

type Work<T> = (tx: Tx) => Promise<T>;

/**
 * The only two doors to a service's tables. `read` cannot write: Postgres refuses. `write` cannot commit a change of a
 * tenant table without an audit leaf or an inbox row in the same transaction: a deferred trigger refuses (`frame.ts`).
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  /** Says after each commit that the outbox may hold something new: `commit`, with the types of its events. */
  readonly committed = new EventEmitter().setMaxListeners(0);

  private source: Promise<DataSource> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(SCHEMA) private readonly schema: Schema,
  ) {}

  read<T>(call: Call, work: Work<T>): Promise<T> {
    return this.transaction(call, 'read only', work);
  }

  async write<T>(call: Call, work: Work<T>): Promise<T> {
    const told = new Set<string>();
    const result = await this.transaction(call, 'read write', work, told);
    this.committed.emit('commit', told);
    return result;
  }

  /**
   * Resolves at the next commit of this process, or after some time: what another replica committed wakes nobody, so
   * whoever waits looks again. Ask before looking, so that no commit slips by in between.
   */
  nextCommit(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.committed.off('commit', done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, withinMs));
      this.committed.on('commit', done);
    });
  }

  private async transaction<T>(
    call: Call,
    mode: 'read only' | 'read write',
    work: Work<T>,
    told = new Set<string>(),
  ): Promise<T> {
    const source = await this.connected();
    const runner = source.createQueryRunner();
    const client = (await runner.connect()) as PoolClient;
    // Statements go out without waiting for each other's answers, and Postgres runs them in their order: after one that
    // failed it refuses the others, and turns the commit into a rollback. So each that is sent is awaited in the end.
    const underway: Promise<unknown>[] = [];
    const sent = <R>(answer: Promise<R>): Promise<R> => {
      answer.catch(() => undefined);
      underway.push(answer);
      return answer;
    };
    const ask = (sql: string, values: unknown[]) => {
      together(client);
      return client.query({ name: nameOf(sql), text: sql, values });
    };
    try {
      together(client);
      void sent(client.query(`begin transaction ${mode}; set local app.org = ${escapeLiteral(call.org)}`));
      const tx: Tx = {
        org: call.org,
        call,
        told,
        service: this.config.service,
        schema: identifier(this.schema.name),
        query: async (sql, parameters) => (await runner.query(sql, parameters, true)).records as never,
        prepared: async (sql, parameters) => (await ask(sql, parameters)).rows as never,
        send: (sql, parameters) => Promise.resolve(void sent(ask(sql, parameters))),
        manager: runner.manager,
      };
      const result = await work(tx);
      together(client);
      void sent(client.query('commit'));
      await Promise.all(underway);
      return result;
    } catch (error) {
      await runner.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  }

  /** One pool for all. When its first connection fails (the server is just starting), the next transaction tries anew. */
  private connected(): Promise<DataSource> {
    this.source ??= this.connect().catch((error: unknown) => {
      this.source = undefined;
      throw error;
    });
    return this.source;
  }

  private connect(): Promise<DataSource> {
    const { host, port, database, login } = this.config.postgres;
    return new DataSource({
      type: 'postgres',
      host,
      port,
      database,
      username: login!.user,
      password: login!.password,
      schema: identifier(this.schema.name),
      entities: this.schema.entities,
      namingStrategy: new PostgresNaming(),
      applicationName: this.config.service,
      poolSize: 6,
      extra: {
        pipeline: true,
        options: optionsOf(this.schema, 60_000),
        idleTimeoutMillis: 10_000,
      },
    }).initialize();
  }

  async onApplicationShutdown(): Promise<void> {
    await (await this.source?.catch(() => undefined))?.destroy();
  }
}
