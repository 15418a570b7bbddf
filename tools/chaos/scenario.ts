// One run: servers, fleet, nemeses; then peace, and the question whether everything that was told is true.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dispatcher } from '@headgate/dispatcher';
import { check } from '../chaos-check/check.js';
import { Random } from '../random.ts';
import { Fleet } from './fleet.ts';
import { killsIn, Nemeses, serverKillsIn } from './nemeses.ts';
import { asker } from './peer.ts';
import { Servers } from './servers.ts';
import { atRest, writeState } from './state.ts';

const tree = resolve(import.meta.dirname, '../..');
/** Short, so that losing a lease is common; every time below follows from it. */
const leaseMs = 1500;

interface Asked {
  readonly seed: number;
  readonly seconds: number;
  /** Requests per second and client. */
  readonly perSecond: number;
  /** Mean time between two strikes. */
  readonly everyMs?: number;
  /** How long nothing may move before all is at rest. Waits of the product are 30 s at most; more is for a busy machine. */
  readonly restSeconds?: number;
  readonly keep?: boolean;
  readonly say: (line: string) => void;
}

export type Report = Awaited<ReturnType<typeof chaos>>;

export async function chaos({ seed, seconds, perSecond, everyMs = 1200, restSeconds = 120, keep, say }: Asked) {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-chaos-'));
  mkdirSync(join(folder, 'told'));
  // Checkpoints all the time, so that some are under way when it crashes.
  const settings = { checkpoint_timeout: '30s', shared_buffers: '64MB' };
  const servers = new Servers(folder, [dispatcher, asker], leaseMs, settings);
  let fleet: Fleet | undefined;
  const end = async () => {
    await fleet?.stop();
    await servers.stop();
  };
  process.once('SIGTERM', () => void end().then(() => process.exit(130)));
  try {
    await servers.start();
    const config = join(folder, 'host.json');
    writeFileSync(config, JSON.stringify(await servers.proxied()), { mode: 0o600 });
    fleet = new Fleet(tree, servers.paths.logs, config);
    for (const post of posts(folder, seed, perSecond)) fleet.man(post);
    await sleep(3000);
    say(`seed ${seed}, ${folder}`);
    const nemeses = new Nemeses(new Random(seed), fleet, servers, leaseMs);
    await nemeses.rage(seconds * 1000, everyMs);
    writeFileSync(join(folder, 'quiet'), '');
    const healed = performance.now();
    const unrest = await atRest(servers.host, restSeconds * 1000);
    const restedMs = Math.round(performance.now() - healed);
    await fleet.stop();
    await writeState(servers.host, folder);
    const verdict = check(folder, unrest);
    const { counts } = nemeses;
    const kills = { kills: killsIn(counts), serverKills: serverKillsIn(counts), gaveUp: fleet.gaveUp };
    const report = { seed, seconds, commit: commitOf(), ...kills, ...verdict, restedMs, strikes: counts };
    if (!report.ok) say(`kept: ${folder}`);
    await end();
    if (report.ok && !keep) rmSync(folder, { recursive: true, force: true });
    return report;
  } catch (error) {
    await end();
    throw error;
  }
}

function* posts(folder: string, seed: number, perSecond: number) {
  const dispatcherMain = 'apps/dispatcher/src/main.ts';
  for (const name of ['dispatcher-1', 'dispatcher-2']) yield { name, script: dispatcherMain, arguments: () => [] };
  for (const [script, names, more] of [
    ['tools/chaos/client.ts', ['client-1', 'client-2'], perSecond],
    ['tools/chaos/worker.ts', ['worker-1', 'worker-2', 'worker-3'], leaseMs],
  ] as const)
    for (const [n, name] of names.entries())
      yield { name, script, arguments: (life: number) => [folder, name, `${seed * 1000 + life * 10 + n}`, `${more}`] };
}

function commitOf(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: tree, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
