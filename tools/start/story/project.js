// The story works on a copy of a dbt project; the user's own folder is only read.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { runBound } from '../../process/bound-child.js';
import { workspace } from '../paths.js';
import { pythonPrograms } from '../python.js';
import { Refusal } from '../stage.js';

const left = new Set(['target', 'logs', '.git', '.venv', 'node_modules']);
const bundled = join(workspace, 'tools/start/project/jaffle');

/** @typedef {{ name: string, folder: string, bundled: boolean, adapter: string }} Project */

/**
 * Copies the project, and installs its packages when it has some.
 * @param {string | undefined} source the user's project, or none for the bundled one
 * @param {string} folder new
 * @returns {Promise<Project>} @throws {Refusal} when it is no dbt project that can be run here
 */
export async function copyProject(source, folder) {
  const from = source ?? bundled;
  const file = join(from, 'dbt_project.yml');
  if (!existsSync(file))
    throw new Refusal(`${from} is no dbt project`, 'it has no dbt_project.yml', 'name the folder that holds it');
  if (!existsSync(join(from, 'profiles.yml'))) {
    throw new Refusal(
      `${from} has no profiles.yml`,
      'the run sees nothing but the project, so the profile has to be in it',
      'put one there, secrets as env_var()',
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  cpSync(from, folder, { recursive: true, filter: (path) => !left.has(basename(path)) || path === from });
  const { parse } = await import('yaml');
  const settings = parse(readFileSync(file, 'utf8'));
  const profile = Object.values(
    parse(readFileSync(join(from, 'profiles.yml'), 'utf8').replaceAll(/\{\{.*?\}\}/g, 'x'))[settings.profile]
      ?.outputs ?? {},
  )[0];
  if (!profile || !['duckdb', 'postgres'].includes(profile.type))
    throw new Refusal(
      `the profile ${settings.profile} is of type ${profile?.type}`,
      'this install runs duckdb and postgres',
      'use one of them',
    );
  const packages = ['packages.yml', 'dependencies.yml'].some((name) => existsSync(join(folder, name)));
  if (packages) await installPackages(folder);
  return { name: slug(settings.name), folder, bundled: source === undefined, adapter: profile.type };
}

/** What the project brought along serves when dbt cannot fetch: without a network, say. */
async function installPackages(folder) {
  const { code, output } = await dbt(folder, join(folder, '..'), ['deps']);
  if (code === 0 || existsSync(join(folder, 'dbt_packages'))) return;
  throw new Refusal('dbt deps failed', output.trim().split('\n').slice(-6).join('\n       '));
}

const slug = (name) =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** Every file of the project, sorted, as one tar whose bytes depend on nothing else. @param {string} folder @returns {Promise<Buffer>} */
export async function tarOf(folder) {
  const { pack } = await import('tar-stream');
  const tar = pack();
  for (const path of filesOf(folder).sort()) {
    const mode = statSync(path).mode & 0o100 ? 0o755 : 0o644;
    tar.entry({ name: relative(folder, path), mode, mtime: new Date(0) }, readFileSync(path));
  }
  tar.finalize();
  const chunks = [];
  for await (const chunk of tar) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** dbt installs a local package as a link to its folder, so links within the project are followed, but never in a circle. */
function filesOf(folder, way = [realpathSync(folder)]) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const there = statSync(path, { throwIfNoEntry: false });
    if (!there || left.has(name)) return [];
    const real = realpathSync(path);
    if (!real.startsWith(`${way[0]}/`) || way.includes(real)) return [];
    return there.isDirectory() ? filesOf(path, [...way, real]) : there.isFile() ? [path] : [];
  });
}

/**
 * Runs dbt directly, beside the product: its answers are what the story compares with.
 * @param {string} folder the project @param {string} out where it writes @param {string[]} args
 */
export function dbt(folder, out, args) {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: out,
    LANG: 'C.UTF-8',
    HEADGATE_DATA_DIR: out,
    DBT_PROFILES_DIR: folder,
    DBT_LOG_PATH: join(out, 'logs'),
    DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
  };
  return runBound(pythonPrograms().python, ['-c', 'from dbt.cli.main import cli; cli()', ...args], {
    cwd: folder,
    env,
  });
}

/** @param {Promise<{ code: number, output: string }>} command */
export async function must(command, what) {
  const { code, output } = await command;
  if (code !== 0) throw new Refusal(what, output.trim().split('\n').slice(-6).join('\n       '));
  return output;
}
