// The host process: every service in one Node. It learns all it needs from one private file.
import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnBound } from '../process/bound-child.js';
import { installs, workspace } from './paths.js';
import { writePrivate } from './secrets.js';
import { Refusal } from './stage.js';

/**
 * @param {{ paths: import('./paths.js').Paths, secrets: import('./secrets.js').Secrets,
 *   ports: { http: number, health: number, web?: number, postgres: number, nats: number }, sandbox?: 'auto' | 'none', oidc?: object, reach?: string[], origin?: string }} install
 */
export function hostConfig({ paths, secrets, ports, sandbox = 'auto', oidc, reach, origin }) {
  const { postgres, nats, keys, blobs, bootstrap } = secrets;
  return {
    profile: 'embedded',
    stateDir: paths.root,
    http: { host: '127.0.0.1', port: ports.http },
    web: { ...(ports.web && { upstream: `http://127.0.0.1:${ports.web}` }), ...(origin && { origin }) },
    ...(oidc && { oidc }),
    ...(reach && { feeds: { reach } }),
    health: { port: ports.health },
    postgres: { host: '127.0.0.1', port: ports.postgres, database: 'state', data: 'data', ...postgres },
    nats: { url: `nats://127.0.0.1:${ports.nats}`, ...nats },
    keys,
    blobs: { dir: paths.blobs, ...blobs },
    bootstrap,
    runner: { python: installs.python, sandbox, workDir: paths.runs },
  };
}

/** Roles, schemas and tables, by a program of its own, which alone acts as the owner. @throws {Refusal} with what it said */
export async function migrate(paths) {
  const child = spawnNode(paths, 'apps/all/dist/migrate.js');
  const log = join(paths.logs, 'migrate.log');
  const { code, last } = await outcome(child, log);
  if (code !== 0) throw failure('the database migration failed', last, log);
}

/**
 * Starts the host and waits until it says that it is ready.
 * @returns {Promise<{ child: import('node:child_process').ChildProcess, http: string }>}
 * @throws {Refusal} with what it said; `portBusy` when its port was taken
 */
export function startHost(paths, { withinMs = 60_000 } = {}) {
  const child = spawnNode(paths, 'apps/all/dist/main.js');
  const log = createWriteStream(join(paths.logs, 'host.log'), { flags: 'a', mode: 0o600 });
  const last = lastLines(child.stderr, log);
  return new Promise((resolve, reject) => {
    const fail = (what) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(failure(`the services ${what}`, last, log.path));
    };
    const timer = setTimeout(() => fail(`were not ready within ${withinMs / 1000} s`), withinMs);
    child.once('error', (error) => fail(`did not start (${error.message})`));
    child.once('exit', (code, signal) => fail(`ended (${signal ?? code})`));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = readiness(line);
      if (!ready) return note(last, log, line);
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve({ child, http: ready.http });
    });
  });
}

export function writeHostConfig(paths, config) {
  writePrivate(paths.hostConfig, config);
  writePrivate(paths.cliToken, config.bootstrap.token);
}

function spawnNode(paths, script) {
  const file = join(workspace, script);
  if (!existsSync(file))
    throw new Refusal(
      `${script} is missing`,
      'the build made no such file',
      'see that its source exists, then start again',
    );
  // A short list, not this process's whole environment: what is not needed cannot leak into a log or a child.
  const { PATH = '', HOME = '', LANG = 'C.UTF-8', TZ } = process.env;
  const env = { PATH, HOME, LANG, ...(TZ && { TZ }), NODE_ENV: 'production', HEADGATE_CONFIG: paths.hostConfig };
  return spawnBound(process.execPath, ['--enable-source-maps', file], {
    env,
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function outcome(child, logFile) {
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  const last = lastLines(child.stderr, log);
  createInterface({ input: child.stdout }).on('line', (line) => note(last, log, line));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, last: [error.message] }));
    child.once('close', (code) => resolve({ code, last }));
  });
}

function lastLines(stream, log) {
  const last = [];
  createInterface({ input: stream }).on('line', (line) => note(last, log, line));
  return last;
}

function note(last, log, line) {
  log.write(`${line}\n`);
  last.push(line);
  if (last.length > 60) last.shift();
}

/** The error itself stands above its stack, of which nobody wants fifteen lines. */
function failure(what, last, log) {
  const said = last.filter((line) => line.trim() && !/^\s+at /.test(line));
  const from = Math.max(
    0,
    said.findIndex((line) => /\b\w*(Error|Failure)\b/.test(line)),
  );
  const refusal = new Refusal(
    what,
    said
      .slice(from, from + 6)
      .join('\n       ')
      .slice(0, 2000) || undefined,
    `the whole of it is in ${log}`,
  );
  return Object.assign(refusal, { portBusy: last.some((line) => line.includes('EADDRINUSE')) });
}

function readiness(line) {
  if (!line.startsWith('{"ready":')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
