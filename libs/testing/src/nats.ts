import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

interface Login {
  user: string;
  password: string;
}

export interface ThrowawayNats {
  readonly url: string;
  /** Kills the server and starts it again on what it has on disk. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const permissions = JSON.parse(readFileSync(join(root, 'libs/contracts/generated/bus.json'), 'utf8')) as Record<
  string,
  { publish: string[]; subscribe: string[] }
>;

/** A nats-server of its own with the product's users and permissions; gone with this process, however it ends. */
export async function startNats(admin: Login, users: Record<string, Login>): Promise<ThrowawayNats> {
  const binary = process.env['HEADGATE_TEST_NATS_SERVER'] ?? join(root, '.headgate/python/bin/nats-server');
  if (!existsSync(binary)) throw new Error(`no nats-server at ${binary}: run \`npm test\` once, which installs it`);
  const folder = await mkdtemp(join(tmpdir(), 'headgate-nats-'));
  const port = await freePort();
  const authorization = {
    users: [
      { user: admin.user, password: admin.password },
      ...Object.entries(users).map(([service, { user, password }]) => ({
        user,
        password,
        permissions: permissions[service],
      })),
    ],
  };
  await writeFile(
    join(folder, 'nats.conf'),
    JSON.stringify({ listen: `127.0.0.1:${port}`, jetstream: { store_dir: folder }, authorization }),
  );
  const start = async () => {
    const started = spawn('setpriv', ['--pdeathsig', 'KILL', binary, '-c', join(folder, 'nats.conf')], {
      stdio: 'ignore',
    });
    await untilOpen(port, started);
    return started;
  };
  let child = await start();
  const kill = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    restart: async () => {
      await kill();
      child = await start();
    },
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function untilOpen(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (child.exitCode !== null) throw new Error(`nats-server ended with ${child.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(() => resolve(true))).once('error', () =>
        resolve(false),
      );
    });
    if (open) return;
    await sleep(20);
  }
  throw new Error('nats-server did not open its port');
}
