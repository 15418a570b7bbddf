// nats-server with JetStream on disk: every publish is synced, every user may do just what the bus table says.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { workspace } from '../process/node24.js';
import { pythonPrograms } from './python.js';
import { writePrivate } from './secrets.js';
import { startServer } from './server-process.js';

const busTable = join(workspace, 'libs/contracts/generated/bus.json');

/**
 * The configuration as JSON, which nats-server reads as it does its own format.
 * @param {{ port: number, storeDir: string, nats: import('./secrets.js').Secrets['nats'], bus?: Record<string, { publish: string[], subscribe: string[] }> }} server
 *   `bus`: what each user may publish and hear; without it users are told apart but not limited
 */
export function natsConfig({ port, storeDir, nats, bus }) {
  const may = (subjects) => (subjects?.length ? { allow: subjects } : { deny: ['>'] });
  const user = ({ user, password }, limits) => ({ user, password, ...limits });
  const limits = (name) =>
    bus && { permissions: { publish: may(bus[name]?.publish), subscribe: may(bus[name]?.subscribe) } };
  return {
    server_name: 'headgate',
    listen: `127.0.0.1:${port}`,
    jetstream: {
      store_dir: storeDir,
      sync_interval: 'always',
      max_memory_store: 16 * 1024 ** 2,
      max_file_store: 4 * 1024 ** 3,
    },
    authorization: {
      users: [user(nats.admin), ...Object.entries(nats.users).map(([name, login]) => user(login, limits(name)))],
    },
  };
}

export const readBusTable = () => (existsSync(busTable) ? JSON.parse(readFileSync(busTable, 'utf8')) : undefined);

/**
 * @param {{ port: number, storeDir: string, configFile: string, log: string, nats: import('./secrets.js').Secrets['nats'] }} server
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
export async function startNats({ port, storeDir, configFile, log, nats }) {
  mkdirSync(storeDir, { recursive: true, mode: 0o700 });
  writePrivate(configFile, natsConfig({ port, storeDir, nats, bus: readBusTable() }));
  // The Go runtime returns memory sooner with a soft limit; the server works above it, too.
  const env = { PATH: process.env.PATH ?? '', GOMEMLIMIT: '64MiB' };
  return startServer({
    what: 'nats-server',
    command: pythonPrograms().natsServer,
    args: ['-c', configFile],
    log,
    env,
    ready: () => greets(port),
  });
}

/** NATS speaks first: its greeting begins with INFO. */
const greets = (port) =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 500 });
    const done = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (chunk) => done(chunk.toString().startsWith('INFO')));
    socket.once('error', () => done(false));
    socket.once('timeout', () => done(false));
  });
