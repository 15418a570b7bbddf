// Plants mistakes into a scratch copy of the sources, one patch at a time, and lets chaos loose on each: it must be
// found by the checker, within a few seeds. npm run chaos -- --mutants [--only NAME] [--json]; exit 0 when all are.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ended, spawnBound } from '../process/bound-child.js';

const root = path.resolve(import.meta.dirname, '../..');
const patches = path.join(root, 'tools/mutants/dispatcher');
const seeds = [3, 4, 5, 6];

/** A tree whose own sources are copies, and may be broken; packages and installed programs are the real ones. */
function scratchTree(home: string): string {
  const tree = path.join(home, 'tree');
  for (const part of ['apps', 'libs', 'tools', 'package.json', '.swcrc'])
    cpSync(path.join(root, part), path.join(tree, part), {
      recursive: true,
      filter: (file) => !/\/(dist|node_modules|\.next)$/.test(file),
    });
  const modules = path.join(tree, 'node_modules');
  mkdirSync(path.join(modules, '@headgate'), { recursive: true });
  for (const name of readdirSync(path.join(root, 'node_modules')))
    if (name !== '@headgate') symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name));
  for (const group of ['apps', 'libs'])
    for (const name of readdirSync(path.join(tree, group)))
      symlinkSync(`../../${group}/${name}`, path.join(modules, '@headgate', name));
  symlinkSync(path.join(root, '.headgate'), path.join(tree, '.headgate'));
  return tree;
}

/** What the checker found, or nothing. */
async function found(tree: string, seed: number): Promise<string | undefined> {
  const options = ['-C', 'source', '--disable-warning=ExperimentalWarning', '--import', './tools/register.js'];
  const run = [
    'tools/chaos/run.ts',
    '--seconds',
    '15',
    '--every',
    '450',
    '--rest',
    '15',
    '--seed',
    `${seed}`,
    '--json',
  ];
  const child = spawnBound(process.execPath, [...options, ...run], {
    cwd: tree,
    env: { ...process.env, TMPDIR: path.dirname(tree) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout!.on('data', (bytes: Buffer) => (output += bytes.toString()));
  await ended(child);
  if (!output) return 'nothing works any more';
  const { ok, violations } = JSON.parse(output) as { ok: boolean; violations: string[] };
  // What says more than that something went missing, if anything does.
  const isUnrest = /never ended|at rest|are there|had no effect/;
  return ok ? undefined : (violations.find((each) => !isUnrest.test(each)) ?? violations[0]);
}

async function main(only: string | undefined, json: boolean): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'headgate-mutants-'));
  const names = readdirSync(patches).filter((name) => !only || name.includes(only));
  const caught: Record<string, string | false> = {};
  try {
    const tree = scratchTree(home);
    if (!existsSync(path.join(tree, '.headgate/python'))) throw new Error('run `npm test` once, which installs NATS');
    const own = await found(tree, seeds[0]!);
    if (own) throw new Error(`without any planted mistake: ${own}`);
    for (const name of names.sort()) {
      const apply = (...flags: string[]) =>
        execFileSync('git', ['apply', ...flags, path.join(patches, name)], {
          cwd: tree,
          env: { ...process.env, GIT_CEILING_DIRECTORIES: home },
        });
      apply();
      let why: string | undefined;
      let tried = 0;
      for (const seed of seeds) {
        tried++;
        if ((why = await found(tree, seed))) break;
      }
      apply('--reverse');
      caught[path.basename(name, '.patch')] = why ?? false;
      const [what = ''] = readFileSync(path.join(patches, name), 'utf8').split('\n');
      if (!json) console.log(`${why ? `caught in run ${tried}` : 'NOT CAUGHT'}  ${what}: ${why ?? ''}`);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  const missed = Object.values(caught).filter((why) => !why).length;
  if (json) console.log(JSON.stringify({ mutants: names.length, caught: names.length - missed, missed, by: caught }));
  else console.log(`${names.length - missed} of ${names.length} planted mistakes caught`);
  process.exitCode = missed > 0 ? 1 : 0;
}

const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'boolean', default: false } } });
await main(values.only, values.json);
