import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every path under a project's folder, relative to it, directories with a trailing slash: what `path:` globs over.
 * Walked only when somebody asks. A link is followed once, so that a circle of links ends.
 */
export function projectFiles(root: string): Iterable<string> {
  return { [Symbol.iterator]: () => walk(root, '', new Set([realpathSync(root)])) };
}

function* walk(root: string, at: string, seen: Set<string>): Generator<string> {
  for (const entry of readdirSync(join(root, at), { withFileTypes: true })) {
    // version control is never part of a project, and is the largest thing in many a folder
    if (at === '' && entry.name === '.git') continue;
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    if (!isDirectory(root, path, entry)) {
      yield path;
      continue;
    }
    yield `${path}/`;
    const real = realpathSync(join(root, path));
    if (seen.has(real)) continue;
    seen.add(real);
    yield* walk(root, path, seen);
  }
}

function isDirectory(root: string, path: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
}
