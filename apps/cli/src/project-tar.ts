import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pack } from 'tar-stream';
import { parse } from 'yaml';
import { Stop } from './stop.ts';

/** Never part of a project, wherever it lies: what tools write, and what holds a person's own secrets. */
const neverPacked = new Set(['.git', '.venv', 'node_modules', '.headgate', '.env', '.user.yml']);
/** What dbt writes beside dbt_project.yml; deeper down the same names are folders like any other. */
const written = ['target', 'logs', 'venv'];

export interface ProjectTar {
  readonly bytes: Buffer;
  readonly files: number;
  /** What was left out although somebody may miss it. */
  readonly warnings: readonly string[];
}

/**
 * A dbt project's files as one tar whose bytes depend on their names, contents and executable bits alone.
 * @throws {Stop} when the folder is no dbt project
 */
export async function projectTar(folder: string): Promise<ProjectTar> {
  const settings = join(folder, 'dbt_project.yml');
  if (!existsSync(settings))
    throw new Stop(existsSync(folder) ? 2 : 3, `${folder} is no dbt project: it has no dbt_project.yml`, {
      hint: 'name the folder that holds it',
    });
  const warnings: string[] = [];
  const tar = pack();
  const chunks: Buffer[] = [];
  const packed = (async () => {
    for await (const chunk of tar) chunks.push(chunk as Buffer);
  })();
  const names = filesOf(folder, new Set([...written, ...writtenBy(settings)]), warnings);
  for (const name of names) {
    const path = join(folder, name);
    const mode = statSync(path).mode & 0o100 ? 0o755 : 0o644;
    tar.entry({ name: name.replaceAll(sep, '/'), mode, mtime: new Date(0) }, readFileSync(path));
  }
  tar.finalize();
  await packed;
  if (namesPackages(folder) && !existsSync(join(folder, 'dbt_packages')))
    warnings.push('it names packages, but dbt_packages is not there: run dbt deps first if it needs them');
  return { bytes: Buffer.concat(chunks), files: names.length, warnings };
}

const namesPackages = (folder: string): boolean =>
  ['packages.yml', 'dependencies.yml'].some((name) => existsSync(join(folder, name)));

/** Folders that the project tells dbt to write to. */
function writtenBy(settings: string): string[] {
  try {
    const read = parse(readFileSync(settings, 'utf8')) as Record<string, unknown> | null;
    return [read?.['target-path'], read?.['log-path']].filter((path) => typeof path === 'string');
  } catch (error) {
    throw new Stop(2, `${settings}: ${(error as Error).message.split('\n')[0]}`);
  }
}

function filesOf(folder: string, without: ReadonlySet<string>, warnings: string[]): string[] {
  const root = realpathSync(folder);
  /** @param way the real folders from the root to here: a link back to one of them would never end */
  const walk = (at: string, way: readonly string[]): string[] =>
    readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
      const path = join(at, entry.name);
      const name = relative(folder, path);
      if (neverPacked.has(entry.name) || without.has(name)) return [];
      const there = statSync(path, { throwIfNoEntry: false });
      const real = there && realpathSync(path);
      // dbt installs a local package as a link to its folder.
      if (real?.startsWith(root + sep) && !way.includes(real)) {
        if (there?.isDirectory()) return walk(path, [...way, real]);
        if (there?.isFile()) return [name];
      }
      warnings.push(`${name} was left out: it is neither a file nor a link to one inside of the project`);
      return [];
    });
  return walk(folder, [root]).sort();
}
