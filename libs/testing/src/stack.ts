import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type HostConfig, migrate, provision, serve, type Service, type Serving } from '@headgate/kit';
import pg from 'pg';
import { type Answer, type Asking, send } from './http.ts';
import { startNats } from './nats.ts';

const services = ['identity', 'ingestion', 'graph-read', 'planner', 'dispatcher', 'runner', 'audit', 'gateway'];

/** Services of the product on a real Postgres and a real NATS, with nothing shared but the Postgres server. */
export interface Stack {
  readonly host: HostConfig;
  /** What `migrate` found missing between entities and tables. */
  readonly drift: string[];
  readonly serving: Serving;
  /** Asks the public API, as the first owner unless another token is given. */
  http<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    as?: Partial<Asking>,
  ): Promise<Answer<T>>;
  /** Runs SQL as the administrator: sees and may do everything. */
  sql<R = Record<string, unknown>>(text: string, parameters?: unknown[]): Promise<R[]>;
  /** The same in the second database. */
  data<R = Record<string, unknown>>(text: string, parameters?: unknown[]): Promise<R[]>;
  /** Stops and starts the services again, as after a crash. */
  restart(): Promise<void>;
  /** Kills NATS and starts it again, under the services' feet. */
  restartNats(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts these services, migrated, on a new database. `npm test` provides the Postgres server. */
export async function startStack(list: Service[], more: Partial<HostConfig> = {}): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-stack-'));
  const host = { ...hostConfig(folder), ...more };
  const nats = await startNats(host.nats.admin, host.nats.users);
  Object.assign(host.nats, { url: nats.url });
  const drift = await migrate(host, ...list);
  await provision(host, ...list);
  let serving = await serve(host, ...list);
  const { database, data: second } = host.postgres;
  const [admin, keeper] = [new pg.Client({ ...server(), database }), new pg.Client({ ...server(), database: second })];
  await Promise.all([admin.connect(), keeper.connect()]);
  const [sql, data] = [oneByOne(admin), oneByOne(keeper)];
  return {
    host,
    drift,
    get serving() {
      return serving;
    },
    http: (method, path, body, as) =>
      send(`${serving.url}${path}`, method, body, { token: host.bootstrap.token, ...as }),
    sql,
    data,
    restart: async () => {
      await serving.close();
      serving = await serve(host, ...list);
    },
    restartNats: () => nats.restart(),
    stop: async () => {
      await serving.close();
      await Promise.all([admin.end(), keeper.end()]);
      await nats.stop();
      for (const name of [database, second!]) await dropDatabase(name);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Statements of one connection, each after the one before, however many ask at once. */
function oneByOne(client: pg.Client): Stack['sql'] {
  let turn: Promise<unknown> = Promise.resolve();
  return async (text, parameters) => {
    const answer = turn.then(() => client.query(text, parameters));
    turn = answer.catch(() => undefined);
    return (await answer).rows;
  };
}

function server() {
  const url = process.env['HEADGATE_TEST_POSTGRES'];
  if (!url) throw new Error('HEADGATE_TEST_POSTGRES names no server: run the tests with `npm test`');
  const { hostname, port, username, password } = new URL(url);
  return { host: hostname, port: Number(port), user: username, password: decodeURIComponent(password) };
}

function hostConfig(folder: string): HostConfig {
  const { host, port, user, password } = server();
  const login = (name: string) => ({ user: `hg_${name.replaceAll('-', '_')}`, password: `test-${name}` });
  const each = <T>(make: (name: string) => T) => Object.fromEntries(services.map((name) => [name, make(name)]));
  const logins = Object.fromEntries(
    [...services.flatMap((name) => [name, `${name}_infra`]), 'dispatcher_data'].map((name) => [name, login(name)]),
  );
  const database = `test_${randomUUID().replaceAll('-', '')}`;
  return {
    profile: 'embedded',
    stateDir: folder,
    http: { host: '127.0.0.1', port: 0 },
    health: { port: 0 },
    postgres: { host, port, database, data: `${database}_data`, owner: { user, password }, logins },
    nats: {
      url: '',
      admin: { user: 'admin', password: 'test-admin' },
      users: each((name) => ({ user: name, password: `test-${name}` })),
    },
    keys: each(() => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string),
    blobs: { dir: join(folder, 'blobs'), key: randomBytes(32).toString('base64') },
    bootstrap: { org: 'default', owner: 'owner', token: `hg_test_${randomUUID()}` },
    runner: {
      python: fileURLToPath(new URL('../../../.headgate/python', import.meta.url)),
      sandbox: 'auto',
      workDir: join(folder, 'runs'),
    },
    logLevel: process.env['HEADGATE_TEST_LOG'] ?? 'error',
  };
}

async function dropDatabase(name: string): Promise<void> {
  const admin = new pg.Client({ ...server(), database: 'postgres' });
  await admin.connect();
  await admin.query(`drop database if exists "${name}" with (force)`).finally(() => admin.end());
}
