// Plants mistakes into a scratch copy of the selection engine, one patch at a time, and counts after how many of the
// fuzzer's cases each is found. dbt answers once; every mistake is held against the same answers.
// npm run fuzz:selection:mistakes -- --count 200 --seed S; exit 0 when every mistake that must be found is.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { setUpOracle } from '../oracle/setup.js';
import { fuzz, type Asked } from './fuzz.ts';
import { agree, ourAnswer, type Scene } from './scene.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** One mistake for each operator or family of methods: each must be found. */
const MUST = path.join(root, 'tools/mutants/selection');
/** Mistakes that show in rare constellations only: found within 200 cases more often than not. */
const RARE = path.join(root, 'tools/mutants/selection-rare');

/** How often each case of a recording differs from ours, by its place; -1 when none does. */
function firstDifference(recording: string): number {
  let place = 0;
  for (const name of readdirSync(recording).sort()) {
    const { scene, asked } = JSON.parse(readFileSync(path.join(recording, name), 'utf8')) as {
      scene: Scene;
      asked: Asked[];
    };
    for (const { request, selectorsFile, dbt } of asked) {
      place++;
      if (!agree(dbt, ourAnswer(scene, request, selectorsFile))) return place;
    }
  }
  return -1;
}

/** A tree in which `@headgate/dbt` is a copy that may be broken, and all else is the real thing. */
function scratchTree(home: string): string {
  const tree = path.join(home, 'tree');
  for (const part of ['libs/dbt', 'tools/fuzz-selection', 'tools/oracle', 'package.json']) {
    cpSync(path.join(root, part), path.join(tree, part), { recursive: true });
  }
  const modules = path.join(tree, 'node_modules');
  mkdirSync(path.join(modules, '@headgate'), { recursive: true });
  for (const name of readdirSync(path.join(root, 'node_modules'))) {
    if (!name.startsWith('.') && name !== '@headgate')
      symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name));
  }
  symlinkSync(path.join(root, 'libs/contracts'), path.join(modules, '@headgate/contracts'));
  symlinkSync('../../libs/dbt', path.join(modules, '@headgate/dbt'));
  return tree;
}

function foundAfter(tree: string, patch: string, recording: string): number {
  const apply = (...flags: string[]) =>
    execFileSync('git', ['apply', ...flags, patch], {
      cwd: tree,
      env: { ...process.env, GIT_CEILING_DIRECTORIES: path.dirname(tree) },
    });
  apply();
  try {
    const program = [
      '-C',
      'source',
      '--import',
      path.join(root, 'tools/register.js'),
      'tools/fuzz-selection/mistakes.ts',
      '--replay',
      recording,
    ];
    return Number(execFileSync(process.execPath, program, { cwd: tree, encoding: 'utf8', timeout: 300_000 }));
  } finally {
    apply('--reverse');
  }
}

async function record(recording: string, count: number, seed: number): Promise<void> {
  mkdirSync(recording);
  await fuzz({
    count,
    seed,
    python: setUpOracle((line) => console.error(line)),
    refused: () => {},
    scene: (scene, asked, project) => {
      writeFileSync(path.join(recording, `${project}.json`), JSON.stringify({ scene, asked }));
    },
  });
}

function patchesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => path.join(folder, name));
}

async function main(count: number, seed: number): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'headgate-mistakes-'));
  const recording = path.join(home, 'recording');
  const missed = { must: 0, rare: 0 };
  try {
    await record(recording, count, seed);
    const own = firstDifference(recording);
    if (own !== -1) console.log(`the engine itself differs from dbt at case ${own}`);
    const tree = scratchTree(home);
    for (const patch of [...patchesIn(MUST), ...patchesIn(RARE)]) {
      const place = foundAfter(tree, patch, recording);
      if (place < 0) missed[path.dirname(patch) === MUST ? 'must' : 'rare']++;
      const [what = ''] = readFileSync(patch, 'utf8').split('\n');
      const told = place < 0 ? 'NOT FOUND' : `case ${String(place).padStart(4)}`;
      console.log(`${told}  ${path.basename(patch, '.patch')} (${what})`);
    }
    console.log(
      `seed ${seed}: within ${count} cases ${missed.must} of ${patchesIn(MUST).length} planted mistakes not found, ` +
        `and ${missed.rare} of ${patchesIn(RARE).length} rare ones`,
    );
    process.exitCode = missed.must > 0 || own !== -1 ? 1 : 0;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { count: { type: 'string', default: '200' }, seed: { type: 'string' }, replay: { type: 'string' } },
  });
  if (values.replay !== undefined) console.log(firstDifference(values.replay));
  else await main(Number(values.count), Number(values.seed ?? Math.floor(Math.random() * 100_000)));
}
