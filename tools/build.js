// Builds every app and lib that runs on Node: `src/**/*.ts` → `dist/**/*.js`, all else in `src` copied as it is.
// Only what changed is built again, so that each command can afford to make sure of it first.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import './process/swc-cache.js';

const workspace = fileURLToPath(new URL('..', import.meta.url));
const isTest = (file) => /\.test\.tsx?$/.test(file);
const isSource = (file) => file.endsWith('.ts') && !file.endsWith('.d.ts');
const target = (file) => (isSource(file) ? file.replace(/\.ts$/, '.js') : file);

/**
 * Brings every `dist` up to date. Two runs at once are safe: files appear whole, by rename.
 * @param {{ root?: string }} [options] `root`: the workspace, by default this one
 * @returns {Promise<{ built: number, removed: number }>} files written and files removed
 * @throws {Error} naming every source that does not parse
 */
export async function ensureBuilt({ root = workspace } = {}) {
  const recipe = hashOf([
    join(root, '.swcrc'),
    join(root, 'node_modules/@swc/core/package.json'),
    import.meta.filename ?? fileURLToPath(import.meta.url),
  ]);
  const outcome = { built: 0, removed: 0 };
  const failures = [];
  for (const project of projectsOf(root)) {
    const done = await buildProject(root, project, recipe, failures);
    outcome.built += done.built;
    outcome.removed += done.removed;
  }
  if (failures.length > 0) throw new Error(`the build failed:\n${failures.join('\n')}`);
  return outcome;
}

/** Folders below apps and libs that hold `src`; a Next.js app builds itself. */
function projectsOf(root) {
  return ['apps', 'libs'].flatMap((group) => {
    const folder = join(root, group);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .filter((project) => existsSync(join(project, 'src')) && !existsSync(join(project, 'next.config.ts')));
  });
}

async function buildProject(root, project, recipe, failures) {
  const dist = join(project, 'dist');
  const stamp = join(dist, '.built.json');
  const before = readStamp(stamp, recipe);
  const after = {};
  const stale = [];
  for (const file of filesOf(join(project, 'src'))) {
    const { mtimeMs, size } = statSync(join(project, 'src', file));
    after[file] = `${mtimeMs}:${size}`;
    if (before[file] !== after[file] || !existsSync(join(dist, target(file)))) stale.push(file);
  }
  const gone = Object.keys(before).filter((file) => !(file in after));
  if (stale.length + gone.length === 0) return { built: 0, removed: 0 };

  const failed = new Set();
  await Promise.all(
    stale.map((file) =>
      buildFile(root, project, file).catch((error) => {
        failed.add(file);
        failures.push(`${relative(root, join(project, 'src', file))}: ${error.message}`);
      }),
    ),
  );
  for (const file of gone)
    await Promise.all([target(file), `${target(file)}.map`].map((name) => rm(join(dist, name), { force: true })));
  for (const file of failed) delete after[file];
  await write(stamp, JSON.stringify({ recipe, files: after }));
  return { built: stale.length - failed.size, removed: gone.length };
}

async function buildFile(root, project, file) {
  const from = join(project, 'src', file);
  const to = join(project, 'dist', target(file));
  await mkdir(dirname(to), { recursive: true });
  if (!isSource(file)) {
    await copyFile(from, `${to}.${process.pid}`);
    return rename(`${to}.${process.pid}`, to);
  }
  const { transformFile } = await swc();
  const { code, map } = await transformFile(from, {
    ...options(root),
    filename: from,
    sourceFileName: relative(dirname(to), from),
  });
  await write(`${to}.map`, map);
  await write(to, `${code}//# sourceMappingURL=${to.slice(to.lastIndexOf('/') + 1)}.map\n`);
}

// Loaded only when there is something to build: it costs more than all the rest of an idle run.
let compiler;
const swc = () => (compiler ??= import('@swc/core'));

function options(root) {
  const { exclude: _tests, ...settings } = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
  return { ...settings, swcrc: false, sourceMaps: true };
}

async function write(path, text) {
  const partial = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(partial, text);
  await rename(partial, path);
}

function readStamp(path, recipe) {
  if (!existsSync(path)) return {};
  try {
    const stamp = JSON.parse(readFileSync(path, 'utf8'));
    if (stamp.recipe === recipe) return stamp.files;
    return Object.fromEntries(Object.keys(stamp.files).map((file) => [file, 'other recipe']));
  } catch {
    return {};
  }
}

function* filesOf(folder, prefix = '') {
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const name = prefix + entry.name;
    if (entry.isDirectory()) yield* filesOf(folder, `${name}/`);
    else if (!isTest(name)) yield name;
  }
}

const hashOf = (files) =>
  files.reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256')).digest('hex');

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const start = performance.now();
  const { built, removed } = await ensureBuilt();
  const { ensureWebBuilt } = await import('./build-web.js');
  const pages = (await ensureWebBuilt()).built ? 'built' : 'unchanged';
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`built ${built} files, removed ${removed}, pages ${pages}, in ${seconds} s`);
}
