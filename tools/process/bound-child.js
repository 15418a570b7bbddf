// Children that end when their parent does, also when the parent is ended by SIGKILL.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const signalNumbers = { KILL: 9, QUIT: 3, TERM: 15 };

// The same as setpriv --pdeathsig, for systems whose util-linux lacks it. Asks for the parent again
// afterwards: it may have died just before the request.
const prctl = [
  'import ctypes, os, sys',
  'parent = os.getppid()',
  'ctypes.CDLL(None).prctl(1, int(sys.argv[1]), 0, 0, 0)',
  'os.getppid() == parent or os._exit(1)',
  'os.execvp(sys.argv[2], sys.argv[2:])',
].join('\n');

/**
 * Where a program is, looked up on PATH and in the system's own folders (an ordinary user's PATH may lack /usr/sbin).
 * @param {string} name @returns {string | undefined}
 */
export function which(name, path = process.env.PATH ?? '') {
  for (const folder of [...path.split(delimiter), ...systemFolders]) {
    if (!folder || folder.includes('node_modules')) continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not there: the next folder
    }
  }
  return undefined;
}

/**
 * Starts a program that gets `deathSignal` as soon as this process ends, in a process group of its own,
 * so that Ctrl-C in the terminal reaches only the starter, which then stops its children in order.
 * @param {string} command @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { deathSignal?: 'KILL' | 'QUIT' | 'TERM' }} options
 * @returns {import('node:child_process').ChildProcess}
 */
export function spawnBound(command, args, { deathSignal = 'KILL', ...options } = {}) {
  const [program, ...rest] = [...binding(deathSignal), command, ...args];
  return spawn(program, rest, { detached: true, ...options });
}

function binding(signal) {
  const setpriv = which('setpriv');
  if (setpriv) return [setpriv, '--pdeathsig', signal];
  const python = which('python3');
  if (python) return [python, '-c', prctl, String(signalNumbers[signal])];
  throw new Error('neither setpriv (util-linux) nor python3 found: cannot tie child processes to this one');
}

/**
 * Runs a program to its end, bound to this process.
 * @param {string} command @param {string[]} args @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} both outputs, its last megabyte; code 127 when it cannot be started, 128 when a signal ended it
 */
export function runBound(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawnBound(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => (output = (output + chunk).slice(-1_000_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 128, output }));
  });
}

/** Resolves once the child has ended, however it ended. */
export const ended = (child) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));

/**
 * Stops a child: each signal in turn, the next one when the child is still there after `graceMs`; at last SIGKILL to its group.
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ signals?: NodeJS.Signals[], graceMs?: number }} [how]
 */
export async function stop(child, { signals = ['SIGTERM'], graceMs = 3000 } = {}) {
  if (child.pid === undefined) return;
  for (const signal of signals) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    if (await within(ended(child), graceMs)) return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
  await within(ended(child), 2000);
}

async function within(promise, ms) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, false)));
  const done = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return done;
}
