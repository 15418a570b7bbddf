// Builds the pages with Next.js, when what they are made of changed: it takes a minute, so nobody builds them twice.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBound } from './process/bound-child.js';

const workspace = fileURLToPath(new URL('..', import.meta.url));

/**
 * Brings `apps/web/.next` up to date.
 * @param {{ root?: string }} [options] `root`: the workspace, by default this one
 * @returns {Promise<{ built: boolean }>} false when nothing it is made of changed
 * @throws {Error} with the last lines of what Next.js said
 */
export async function ensureWebBuilt({ root = workspace } = {}) {
  const app = join(root, 'apps/web');
  const stamp = join(app, '.next/headgate.json');
  const next = join(root, 'node_modules/next/dist/bin/next');
  if (!existsSync(join(app, 'next.config.ts')) || !existsSync(next)) return { built: false };
  const sources = hashOfSources(root, app);
  if (existsSync(join(app, '.next/BUILD_ID')) && read(stamp) === sources) return { built: false };
  // Whatever happens, a half-made build is not mistaken for a whole one.
  rmSync(join(app, '.next/BUILD_ID'), { force: true });
  const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = process.env;
  const { code, output } = await runBound(process.execPath, [next, 'build', app], {
    cwd: app,
    env: { PATH, HOME, LANG, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  });
  if (code !== 0) {
    // The bundler's cache remembers a failure and answers with it until it is gone.
    rmSync(join(app, '.next'), { recursive: true, force: true });
    throw new Error(`the pages did not build:\n${output.split('\n').slice(-40).join('\n')}`);
  }
  writeFileSync(stamp, sources);
  return { built: true };
}

/** Everything that can change the outcome: our files, the parts of libraries that pages import, the packages. */
function hashOfSources(root, app) {
  const hash = createHash('sha256');
  const folders = [join(app, 'src'), join(app, 'public'), join(root, 'libs/graph/src')];
  const files = [join(app, 'next.config.ts'), join(app, 'package.json'), join(app, 'tsconfig.json')];
  for (const file of [...files, ...folders.flatMap(filesOf)]) {
    if (!existsSync(file) || /\.test\.tsx?$/.test(file)) continue;
    hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file));
  }
  for (const name of ['next', 'react', 'react-dom', '@tanstack/react-query', '@tanstack/react-virtual', 'cytoscape'])
    hash.update(`${name}@${versionOf(root, name)}\0`);
  return hash.digest('hex');
}

const versionOf = (root, name) =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

function filesOf(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
