import type { Manifest } from '../manifest.ts';
import { bareFailure } from './failure.ts';
import { shellPattern } from './pattern.ts';

interface Directory {
  readonly children: Map<string, Directory | null>;
}

/**
 * The tree of a project's files, to which `path:` applies its glob; dbt looks at the disk there, not at the manifest.
 * Paths are relative to the project's root, with `/`; a directory without files may be told by a trailing `/`.
 */
export class ProjectFiles {
  private readonly root: Directory = { children: new Map() };

  constructor(paths: Iterable<string>) {
    for (const path of paths) this.add(path);
  }

  /** What the files must be, by the paths that the nodes of the root project came from; enough for all but odd cases. */
  static ofManifest(manifest: Manifest): ProjectFiles {
    const project = manifest.metadata.project_name;
    const paths = new Set<string>();
    const holders = [manifest.nodes, manifest.sources, manifest.exposures, manifest.metrics, manifest.semantic_models];
    const more = [manifest.saved_queries, manifest.unit_tests, manifest.functions, manifest.macros, manifest['docs']];
    for (const holder of [...holders, ...more]) {
      for (const node of Object.values((holder ?? {}) as Record<string, Readonly<Record<string, unknown>>>)) {
        const { package_name: owner, original_file_path: path, patch_path: patch } = node;
        if (typeof path === 'string' && (owner === project || !project)) paths.add(path);
        if (typeof patch === 'string' && patch.startsWith(`${project ?? owner}://`)) paths.add(patch.split('://')[1]!);
      }
    }
    return new ProjectFiles(paths);
  }

  private add(path: string): void {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    let here = this.root;
    parts.forEach((part, i) => {
      const known = here.children.get(part);
      if (known) here = known;
      else if (i < parts.length - 1 || path.endsWith('/')) {
        const fresh = { children: new Map() };
        here.children.set(part, fresh);
        here = fresh;
      } else if (known === undefined) here.children.set(part, null);
    });
  }

  /**
   * Everything that the glob matches, files and directories, as Python 3.11's `Path.glob` finds it, and with its
   * errors. The root itself is `.`.
   */
  glob(pattern: string): ReadonlySet<string> {
    if (pattern === '') throw bareFailure('ValueError', "Unacceptable pattern: ''");
    if (pattern.startsWith('/')) throw bareFailure('NotImplementedError', 'Non-relative patterns are unsupported');
    const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.length === 0) {
      if (!pattern.endsWith('/')) throw bareFailure('IndexError', 'tuple index out of range');
      throw bareFailure('AttributeError', "'_TerminatingSelector' object has no attribute 'select_from'");
    }
    if (parts.some((part) => part !== '**' && part.includes('**'))) {
      throw bareFailure('ValueError', "Invalid pattern: '**' can only be an entire path component");
    }
    const found = new Set<string>();
    walk(this.root, '', [...parts, ...(pattern.endsWith('/') ? [''] : [])], found);
    return found;
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

function walk(here: Directory | null, path: string, parts: readonly string[], found: Set<string>): void {
  const [part, ...rest] = parts;
  // an empty part, left by a trailing slash, ends the walk like no part at all
  if (part === undefined || part === '') {
    found.add(path === '' ? '.' : path);
    return;
  }
  if (here === null) return;
  if (part === '**') {
    for (const [directory, at] of directories(here, path)) walk(directory, at, rest, found);
    return;
  }
  const wanted = /[*?[]/.test(part) ? shellPattern(part) : (name: string) => name === part;
  for (const [name, child] of here.children) {
    if (rest.length > 0 && child === null) continue;
    if (wanted(name)) walk(child, join(path, name), rest, found);
  }
}

function* directories(here: Directory, path: string): Iterable<readonly [Directory, string]> {
  yield [here, path];
  for (const [name, child] of here.children) if (child) yield* directories(child, join(path, name));
}
