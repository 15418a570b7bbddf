// What starting Postgres, NATS and the host have in common: a log file, a wait until ready, a clear failure.
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnBound } from '../process/bound-child.js';
import { Refusal } from './stage.js';

/**
 * @param {{ what: string, command: string, args: string[], log: string, deathSignal?: 'KILL' | 'QUIT', env?: Record<string, string>, cwd?: string,
 *   ready: () => Promise<boolean>, withinMs?: number }} server `log`: file that gets both outputs; `ready` is asked until true
 * @returns {Promise<import('node:child_process').ChildProcess>}
 * @throws {Refusal} with the end of the log when it ends or is not ready in time; `portBusy` is set when its port was taken
 */
export async function startServer({ what, command, args, log, deathSignal, env, cwd, ready, withinMs = 30_000 }) {
  const before = sizeOf(log);
  const out = openSync(log, 'a', 0o600);
  const child = spawnBound(command, args, { deathSignal, env, cwd, stdio: ['ignore', out, out] });
  closeSync(out);
  let failure;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code, signal) => (failure ??= `ended at once (${signal ?? code})`));
  const until = performance.now() + withinMs;
  while (!failure && performance.now() < until) {
    if (await ready()) return child;
    await sleep(30);
  }
  child.kill('SIGKILL');
  const tail = readFileSync(log, 'utf8').slice(before).trim().split('\n').slice(-8).join('\n       ');
  const refusal = new Refusal(`${what} ${failure ?? 'was not ready in time'}`, tail, `the whole of it is in ${log}`);
  throw Object.assign(refusal, { portBusy: /address already in use|EADDRINUSE/i.test(tail) });
}

function sizeOf(path) {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
