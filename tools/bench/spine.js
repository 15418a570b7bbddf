// The whole install on the bundled project: memory after the story, what a warm start costs, and what Headgate itself
// spends on a run apart from dbt.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended, spawnBound, stop } from '../process/bound-child.js';
import { installs, workspace } from '../start/paths.js';
import { cpuOf, pssOf, tree } from './processes.js';

const settleMs = process.argv.includes('--quick') ? 5_000 : 60_000;
const scratch = join(installs.root, 'tmp');
mkdirSync(scratch, { recursive: true });
const state = mkdtempSync(join(scratch, 'bench-'));

try {
  const first = await start();
  await sleep(settleMs);
  const host = hostPid();
  report('memory of all services (PSS)', pssOf([host]), 'MB', '< 350');
  report('with launcher, Postgres and NATS', pssOf(tree(first.pid)), 'MB');
  await benchRun(host);
  await stop(first, { signals: ['SIGTERM'], graceMs: 15_000 });

  const warm = await start();
  const spent = tree(warm.pid).reduce((sum, pid) => sum + (cpuOf(pid)?.own ?? 0) + (cpuOf(pid)?.reaped ?? 0), 0);
  report('warm start to ready, everything', spent, 'CPU s', '< 5');
  await stop(warm, { signals: ['SIGTERM'], graceMs: 15_000 });
} finally {
  rmSync(state, { recursive: true, force: true });
}

/** From an accepted confirmation to run.finished: the host's own CPU; dbt runs in children and is not in it. */
async function benchRun(host) {
  const { project: name, environment } = JSON.parse(readFileSync(join(state, 'report.json'), 'utf8'));
  const place = ['--project', name, '--environment', environment];
  const project = join(state, 'story', environment, 'project');
  appendFileSync(join(project, 'models/marts/customers.sql'), '\n-- benched\n');
  headgate('ingest', '--project-dir', project, ...place);
  const plan = JSON.parse(headgate('plan', '--json', ...place));
  const before = cpuOf(host).own;
  headgate('run', plan.id);
  report('a run of one edit, Headgate apart from dbt', cpuOf(host).own - before, 'CPU s', '≤ 1');
}

function start() {
  const child = spawnBound(process.execPath, [join(workspace, 'tools/start/start.js'), '--state', state], {
    stdio: ['ignore', 'pipe', 'inherit'],
    deathSignal: 'TERM',
  });
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('Headgate is up')) resolve(child);
    });
    void ended(child).then(() => reject(new Error(`npm start ended with ${child.exitCode}`)));
  });
}

function hostPid() {
  const { children } = JSON.parse(readFileSync(join(state, 'lock.json'), 'utf8'));
  return children.find(({ what }) => what === 'host').pid;
}

function headgate(...args) {
  const env = {
    ...process.env,
    HEADGATE_URL: readFileSync(join(state, 'url'), 'utf8').trim(),
    HEADGATE_TOKEN: readFileSync(join(state, 'cli-token'), 'utf8').trim(),
  };
  return execFileSync(process.execPath, [join(workspace, 'apps/cli/bin/headgate.js'), ...args], {
    env,
    encoding: 'utf8',
  });
}

function report(what, value, unit, goal) {
  console.log(`${what}: ${value.toFixed(2)} ${unit}${goal ? ` (goal ${goal})` : ''}`);
}
