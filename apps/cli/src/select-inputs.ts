import { type PreviousState, SelectableProject } from '@headgate/dbt';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadArtifact } from './inspect.ts';
import { loadManifest } from './manifest-file.ts';
import { projectFiles } from './project-files.ts';

/** The flags of `headgate select`, as commander hands them over. */
export interface SelectFlags {
  readonly manifest: string;
  readonly sources?: string;
  readonly state?: string;
  readonly selectors?: string;
  readonly project?: string;
  readonly select?: string[];
  readonly exclude?: string[];
  readonly selector?: string;
  readonly indirectSelection?: string;
  readonly resourceType?: string[];
  readonly excludeResourceType?: string[];
  readonly json?: boolean;
  readonly batch?: boolean;
  readonly explain?: boolean;
}

/** Why there is nothing to select from. */
export type Missing = { readonly missing: string };

/** The project that the flags name, ready to be selected from. */
export function loadProject(flags: SelectFlags): { project: SelectableProject } | Missing {
  const manifest = loadManifest(flags.manifest);
  if ('missing' in manifest) return manifest;
  const sources = flags.sources ?? besideOf(flags.manifest, 'sources.json');
  const freshness = sources === undefined ? undefined : loadArtifact(sources);
  if (freshness && !freshness.ok) return { missing: `${sources}: ${freshness.error.message}` };
  const selectors = flags.selectors ?? (flags.project && present(join(flags.project, 'selectors.yml')));
  if (selectors && !existsSync(selectors)) return { missing: `${selectors}: no such file` };
  if (flags.project !== undefined && !existsSync(flags.project)) return { missing: `${flags.project}: no such folder` };
  const { project } = flags;
  return {
    project: new SelectableProject(manifest.manifest, {
      ...(selectors && { selectorsFile: readFileSync(selectors, 'utf8') }),
      ...(project !== undefined && { files: projectFiles(project) }),
      ...(freshness?.artifact.kind === 'sources' && { freshness: freshness.artifact.freshness }),
    }),
  };
}

function present(file: string): string | undefined {
  return [file, `${file}.gz`].find((name) => existsSync(name));
}

function besideOf(file: string, name: string): string | undefined {
  return present(join(dirname(file), name));
}

/** State folders, each read once: a batch names the same few again and again. */
export class StateFolders {
  private readonly known = new Map<string, PreviousState | Missing>();

  read(folder: string): PreviousState | Missing {
    const known = this.known.get(folder);
    if (known) return known;
    const read = readState(folder);
    this.known.set(folder, read);
    return read;
  }
}

/** What a state folder holds; a file that is not there is no error until a method asks for it. */
function readState(folder: string): PreviousState | Missing {
  if (!existsSync(folder)) return { missing: `${folder}: no such folder` };
  let state: PreviousState = { now: new Date() };
  for (const name of ['manifest.json', 'run_results.json', 'sources.json']) {
    const file = present(join(folder, name));
    if (file === undefined) continue;
    if (name === 'manifest.json') {
      const loaded = loadManifest(file);
      if ('missing' in loaded) return loaded;
      state = { ...state, manifest: loaded.manifest };
      continue;
    }
    const loaded = loadArtifact(file);
    if (!loaded.ok) return { missing: `${file}: ${loaded.error.message}` };
    const { artifact } = loaded;
    if (artifact.kind === 'run_results') state = { ...state, runResults: artifact.runResults };
    if (artifact.kind === 'sources') state = { ...state, sources: artifact.freshness };
  }
  return state;
}
