import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lives, nameOf } from '../process/identity.js';
import { readArgs } from './args.js';
import { acquire } from './lock.js';
import { pathsIn } from './paths.js';
import { freePort } from './ports.js';
import { loadSecrets, makeSecrets, services, stores } from './secrets.js';
import { claimStateFolder, layout, reset } from './version.js';

jest.setTimeout(60_000);
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'state '));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function sleeper() {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
  await new Promise((resolve) => child.once('spawn', resolve));
  return child;
}

describe('the name of a process', () => {
  it('holds while it lives, and not for another process of the same id', async () => {
    const child = await sleeper();
    const name = nameOf(child.pid!)!;
    expect(lives(name)).toBe(true);
    expect(lives({ ...name, started: name.started.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)) })).toBe(
      false,
    );
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(lives(name)).toBe(false);
    expect(nameOf(2 ** 30)).toBeUndefined();
  });
});

describe('the lock of a state folder', () => {
  const path = () => join(root, 'lock.json');

  it('is refused while its holder lives, with what to do', async () => {
    const held = await acquire(path());
    await expect(acquire(path())).rejects.toThrow(/already running.*stop it first/s);
    held.release();
    (await acquire(path())).release();
    expect(existsSync(path())).toBe(false);
  });

  it('of a killed holder is taken over, and what it left running is ended', async () => {
    const child = await sleeper();
    const gone = { pid: 2 ** 22 - 7, started: 'another boot:1' };
    writeFileSync(path(), JSON.stringify({ holder: gone, children: [{ what: 'postgres', ...nameOf(child.pid!)! }] }));
    const lock = await acquire(path());
    expect(lock.swept).toBe(1);
    expect(nameOf(child.pid!)).toBeUndefined();
    lock.release();
  });

  it('never ends a process that merely has the id of a child of the killed holder', async () => {
    const child = await sleeper();
    const gone = { pid: 2 ** 22 - 7, started: 'another boot:1' };
    writeFileSync(
      path(),
      JSON.stringify({ holder: gone, children: [{ what: 'postgres', pid: child.pid, started: 'another boot:2' }] }),
    );
    const lock = await acquire(path());
    expect([lock.swept, nameOf(child.pid!) !== undefined]).toEqual([0, true]);
    lock.release();
    child.kill('SIGKILL');
  });

  it('is taken over also when the killed holder left it half written', async () => {
    writeFileSync(path(), '{"holder":');
    (await acquire(path())).release();
  });

  it('goes to one of many who find it stale at once', async () => {
    writeFileSync(path(), JSON.stringify({ holder: { pid: 2 ** 22 - 7, started: 'another boot:1' }, children: [] }));
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => acquire(path())));
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('can be waited for', async () => {
    const first = await acquire(path());
    let second: Awaited<ReturnType<typeof acquire>> | undefined;
    const waiting = acquire(path(), { wait: true }).then((lock) => (second = lock));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(second).toBeUndefined();
    first.release();
    (await waiting).release();
  });
});

describe('the version of a state folder', () => {
  it('is stamped at first, and accepted afterwards', () => {
    const paths = pathsIn(join(root, 'new'));
    claimStateFolder(paths);
    claimStateFolder(paths);
    expect(JSON.parse(readFileSync(paths.version, 'utf8'))).toEqual({ layout });
    expect(statSync(paths.root).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['newer', layout + 1],
    ['older', layout - 1],
    ['older', 'unreadable'],
  ])('that is %s is refused with how to go on, and nothing is touched', (age, found) => {
    const paths = pathsIn(root);
    writeFileSync(paths.version, JSON.stringify({ layout: found }));
    expect(() => claimStateFolder(paths)).toThrow(new RegExp(`${age} version.*--reset`, 's'));
  });

  it('missing beside a database is refused', () => {
    const paths = pathsIn(root);
    mkdirSync(paths.postgres);
    expect(() => claimStateFolder(paths)).toThrow(/no version stamp.*--reset/s);
  });

  it('goes with all state on a reset, which keeps what is installed', () => {
    const paths = pathsIn(root);
    claimStateFolder(paths);
    for (const folder of ['postgres', 'nats', 'secrets', 'npm', 'pip', 'python']) mkdirSync(join(root, folder));
    reset(paths);
    expect(
      ['version.json', 'postgres', 'nats', 'secrets', 'npm', 'pip', 'python'].filter((name) =>
        existsSync(join(root, name)),
      ),
    ).toEqual(['npm', 'pip', 'python']);
  });
});

describe('secrets', () => {
  it('are made once, are readable by this user only, and stay', () => {
    const paths = pathsIn(root);
    const first = loadSecrets(paths);
    expect(loadSecrets(paths)).toEqual(first);
    expect([statSync(paths.secrets).mode & 0o777, statSync(paths.secretsFile).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it('are one password for each login, one key for each service, no two alike', () => {
    const { postgres, nats, keys, blobs } = makeSecrets();
    const all = [postgres.owner, ...Object.values(postgres.logins), nats.admin, ...Object.values(nats.users)].map(
      ({ password }) => password,
    );
    expect(new Set(all).size).toBe(2 + 3 * services.length + stores.length);
    expect(Object.keys(keys)).toEqual(services);
    expect(createPrivateKey(keys.planner!).asymmetricKeyType).toBe('ed25519');
    expect(Buffer.from(blobs.key, 'base64')).toHaveLength(32);
  });

  it('of a service that is new are added, the others left as they are', () => {
    const before = makeSecrets();
    const { planner: _key, ...keys } = before.keys;
    const after = makeSecrets({ ...before, keys });
    expect({ ...after, keys: { ...after.keys, planner: before.keys.planner } }).toEqual(before);
  });
});

it('a busy port is stepped over, and none is handed out twice', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: busy } = server.address() as { port: number };
  const first = await freePort(busy);
  expect(first).toBeGreaterThan(busy);
  expect(await freePort(first)).toBeGreaterThan(first);
  server.close();
});

it('an unknown option is refused, a relative folder is made absolute', () => {
  expect(() => readArgs(['--ponce'])).toThrow(/--ponce.*--help/s);
  expect(() => readArgs(['--origin', 'http://headgate.example'])).toThrow(/sessions need https/);
  expect(readArgs(['--origin', 'https://headgate.example/'])).toMatchObject({ origin: 'https://headgate.example' });
  expect(readArgs(['--reach', '10.0.0.0/8', '--reach', '::1'])).toMatchObject({ reach: ['10.0.0.0/8', '::1'] });
  expect(readArgs(['--once', '--project', 'x'])).toMatchObject({
    once: true,
    reset: false,
    link: false,
    sandbox: 'auto',
    project: join(process.cwd(), 'x'),
  });
});
