// `npm run check`: what CI calls first. Each step is one tool; all of them run, then the failures are named.
// `npm run check -- lint types` runs just those.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { giveUp, prepareNode } from '../start/start.js';

const source = ['-C', 'source', '--import', './tools/register.js'];

/** Step → the program and its arguments. `node` is the pinned one. */
export const steps = {
  contracts: ['node', ...source, 'tools/gen/gen.ts', '--check'],
  docs: ['node', ...source, 'tools/docs/events-table.ts', '--check'],
  types: ['tsc', '-p', '.'],
  'types-web': ['tsc', '-p', 'apps/web'],
  lint: ['eslint', '.'],
  format: ['prettier', '--check', '--log-level', 'warn', '.'],
  cycles: [
    'dpdm',
    '--no-warning',
    '--no-tree',
    '--no-progress',
    '--exit-code',
    'circular:1',
    '-T',
    'apps/*/src/**/*.ts',
    'apps/web/src/**/*.tsx',
    'libs/*/src/**/*.ts',
  ],
  unused: ['knip'],
  secrets: ['secretlint', '--secretlintignore', '.gitignore', '**/*'],
  frame: ['node', ...source, 'tools/check/frame.ts'],
  planted: ['node', 'tools/check/planted.js'],
};
const needsPostgres = new Set(['frame', 'planted']);

async function main() {
  const wanted = process.argv.slice(2);
  if (!(await prepareNode(process.argv[1], wanted))) return;
  const unknown = wanted.filter((name) => !(name in steps));
  if (unknown.length > 0) {
    console.error(`no such step: ${unknown.join(', ')}; there are ${Object.keys(steps).join(', ')}`);
    process.exit(64);
  }
  const failed = await runSteps(wanted.length > 0 ? wanted : Object.keys(steps));
  if (failed.length > 0) {
    console.error(`\ncheck failed: ${failed.join(', ')}`);
    process.exit(1);
  }
}

async function runSteps(names) {
  const { runBound, stop } = await import('../process/bound-child.js');
  const { installs, workspace } = await import('../start/paths.js');
  const { throwAwayPostgres } = await import('../test/postgres.js');
  mkdirSync(join(installs.root, 'tmp'), { recursive: true, mode: 0o700 });
  const scratch = mkdtempSync(join(installs.root, 'tmp', 'check-'));
  const children = [];
  const failed = [];
  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    PATH: `${join(workspace, 'node_modules/.bin')}:${process.env.PATH}`,
  };
  try {
    // In a clone where no Nx command ran yet, the boundary rule finds no project graph and passes everything.
    if (names.includes('lint')) await runBound('nx', ['show', 'projects'], { cwd: workspace, env });
    if (names.some((name) => needsPostgres.has(name))) Object.assign(env, await throwAwayPostgres(scratch, children));
    for (const name of names) {
      const started = performance.now();
      const [command, ...args] = steps[name];
      const { code, output } = await runBound(command === 'node' ? process.execPath : command, args, {
        cwd: workspace,
        env,
      });
      console.log(
        `${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
      );
      if (code !== 0) failed.push(name);
      if (code !== 0) console.error(output);
    }
  } finally {
    for (const child of children) await stop(child, { signals: ['SIGQUIT'], graceMs: 2000 });
    rmSync(scratch, { recursive: true, force: true });
  }
  return failed;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main().catch(giveUp);
