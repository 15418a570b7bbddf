import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { stop } from '../process/bound-child.js';
import { nameOf } from '../process/identity.js';
import { keepUp } from './keep-up.js';
import { natsConfig, startNats } from './nats.js';
import { freePort, onFreePort } from './ports.js';
import { createDatabases, initPostgres, startPostgres } from './postgres.js';
import { makeSecrets } from './secrets.js';
import { startServer } from './server-process.js';

jest.setTimeout(120_000);
const root = mkdtempSync(join(tmpdir(), 'servers '));
// As a checkout in root's home: nobody else may enter.
chmodSync(root, 0o700);
afterAll(() => rmSync(root, { recursive: true, force: true }));
const secrets = makeSecrets();
const { owner } = secrets.postgres;

async function ask(
  port: number,
  sql: string,
  login: { user: string; password?: string } = owner,
  database = 'postgres',
) {
  const client = new pg.Client({ host: '127.0.0.1', port, database, ...login });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the Postgres of an install', () => {
  const dataDir = join(root, 'postgres');
  const log = join(root, 'postgres.log');
  let child: ChildProcess;
  let port: number;
  const start = async () => {
    await onFreePort(29_432, async (free: number) => {
      child = await startPostgres({ dataDir, owner, port: free, log });
      port = free;
    });
  };
  beforeAll(async () => {
    // What a killed initdb leaves.
    mkdirSync(join(`${dataDir}.partial`, 'base'), { recursive: true });
    expect(await initPostgres({ dataDir, owner })).toBe(true);
    expect(await initPostgres({ dataDir, owner })).toBe(false);
    await start();
  });
  afterAll(() => stop(child, { signals: ['SIGQUIT'] }));

  it('asks everybody for a password, over TCP alone', async () => {
    await expect(ask(port, 'select 1', { user: owner.user, password: 'wrong' })).rejects.toThrow(
      /password authentication failed/,
    );
    expect(
      await ask(
        port,
        `select current_setting('unix_socket_directories') as sockets, current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync`,
      ),
    ).toEqual([{ sockets: '', addresses: '127.0.0.1', fsync: 'on' }]);
    expect(existsSync(`${dataDir}.partial.password`)).toBe(false);
  });

  it('gets its databases once', async () => {
    await createDatabases({ port, owner }, ['state', 'data']);
    await createDatabases({ port, owner }, ['state', 'data']);
    expect(await ask(port, 'select current_database() as name', owner, 'data')).toEqual([{ name: 'data' }]);
  });

  it('recovers from a kill -9, also when its id has gone to another program since', async () => {
    await ask(port, 'create table kept as select 1 as one');
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const file = join(dataDir, 'postmaster.pid');
    const other = spawn('sleep', ['60']);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(other.pid)));
    await start();
    other.kill('SIGKILL');
    expect(await ask(port, 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('reports a taken port as such, so that the next one is tried', async () => {
    const server = createServer();
    const taken = await freePort(29_500);
    await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
    const other = join(root, 'other');
    await initPostgres({ dataDir: other, owner });
    await expect(
      startPostgres({ dataDir: other, owner, port: taken, log: join(root, 'other.log') }),
    ).rejects.toMatchObject({ portBusy: true });
    server.close();
  });
});

describe('the NATS of an install', () => {
  let child: ChildProcess;
  let port: number;
  beforeAll(async () => {
    await onFreePort(29_422, async (free: number) => {
      child = await startNats({
        port: free,
        storeDir: join(root, 'nats'),
        configFile: join(root, 'nats.json'),
        log: join(root, 'nats.log'),
        nats: secrets.nats,
      });
      port = free;
    });
  });
  afterAll(() => stop(child));

  it('lets in only who has a password', async () => {
    await expect(connect({ port, reconnect: false })).rejects.toThrow(/authorization/i);
    const { user, password: pass } = secrets.nats.users.planner!;
    await (await connect({ port, user, pass, inboxPrefix: '_INBOX_planner' })).close();
  });

  it('refuses a service the subjects of another', async () => {
    const { user, password: pass } = secrets.nats.users.planner!;
    const planner = await connect({ port, user, pass, inboxPrefix: '_INBOX_planner', reconnect: false });
    const heard = new Promise<string>((resolve) => {
      void (async () => {
        for await (const status of planner.status()) if (status.type === 'error') resolve(String(status.error));
      })();
    });
    planner.publish('hg.org.run.finished', 'forged');
    expect(await heard).toMatch(/permissions violation/i);
    await planner.close();
  });

  it('syncs each message to disk, and limits each user to the bus table', () => {
    const bus = { planner: { publish: ['a'], subscribe: ['b'] } };
    const config = natsConfig({ port: 1, storeDir: '/x', nats: secrets.nats, bus });
    expect(config.jetstream.sync_interval).toBe('always');
    const users = Object.fromEntries(
      config.authorization.users.map((user: { user: string; permissions?: unknown }) => [user.user, user.permissions]),
    );
    expect(users.planner).toEqual({ publish: { allow: ['a'] }, subscribe: { allow: ['b'] } });
    expect(users.audit).toEqual({ publish: { deny: ['>'] }, subscribe: { deny: ['>'] } });
    expect(users.admin).toBeUndefined();
  });
});

describe('a server that is kept up, as that of the pages', () => {
  const serve = (port: number) =>
    `require('node:http').createServer((_, answer) => answer.end('here')).listen(${port}, '127.0.0.1')`;
  const answer = (port: number) =>
    fetch(`http://127.0.0.1:${port}`)
      .then((response) => response.text())
      .catch(() => undefined);

  it('is started again each time it is killed, and no more once all is stopped', async () => {
    const port = await freePort(29_600);
    const children: ChildProcess[] = [];
    const said: string[] = [];
    let isOver = false;
    const start = async () => {
      const child = await startServer({
        ...{ what: 'a server', command: process.execPath, args: ['-e', serve(port)], log: join(root, 'kept.log') },
        ready: async () => (await answer(port)) === 'here',
      });
      children.push(child);
      return child;
    };
    await keepUp({ start, isOver: () => isOver, say: (what: string) => said.push(what), firstMs: 20 });
    for (const times of [2, 3]) {
      children.at(-1)!.kill('SIGKILL');
      while (children.length < times) await sleep(20);
    }
    expect(await answer(port)).toBe('here');
    expect(said).toEqual(['ended unexpectedly', 'ended unexpectedly']);
    isOver = true;
    await stop(children.at(-1)!);
    await sleep(300);
    expect([children.length, await answer(port)]).toEqual([3, undefined]);
  });

  it('is tried again, ever later, when it does not start', async () => {
    const starts: number[] = [];
    let isOver = false;
    const start = async () => {
      starts.push(performance.now());
      if (starts.length > 1) throw new Error('no');
      return spawn('true');
    };
    await keepUp({ start, isOver: () => isOver, say: () => {}, firstMs: 40 });
    while (starts.length < 5) await sleep(20);
    isOver = true;
    expect(starts[4]! - starts[3]!).toBeGreaterThan(4 * 40);
  });
});

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'a bound child, and its children, end when their parent gets %s',
  async (signal) => {
    const code = `
    const { spawnBound } = await import(${JSON.stringify(new URL('../process/bound-child.js', import.meta.url).href)});
    const child = spawnBound('sleep', ['600']);
    child.once('spawn', () => setTimeout(() => console.log(child.pid), 200));
    setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (chunk) => resolve(Number(chunk))));
    expect(nameOf(pid)).toBeDefined();
    parent.kill(signal);
    for (let i = 0; i < 100 && nameOf(pid); i += 1) await sleep(50);
    expect(nameOf(pid)).toBeUndefined();
  },
);
