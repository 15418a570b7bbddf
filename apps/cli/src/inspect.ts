import { type Artifact, defaultBounds, inspect, type Inspection, readArtifact, type Refusal } from '@headgate/dbt';
import { Command } from 'commander';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Names dbt gives its artifacts, with whatever people append: `run_results_v4.json`, `manifest.json.gz`. */
const artifactName = /^(manifest|catalog|run_results|sources)[^/]*\.json(\.gz)?$/;
const passedOver = new Set(['node_modules', 'dbt_packages', '.git', 'compiled', 'run', 'logs']);

export type InspectLine =
  Inspection | { readonly file: string; readonly error: Omit<Refusal, 'file' | 'code'> & { code: string } };

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('say what is in dbt artifacts: kinds, versions, counts, edges, oddities (offline)')
    .argument('<path>', 'an artifact, or a folder that is searched for artifacts; gzip is accepted')
    .option('--json', 'one JSON line per artifact')
    .addHelpText(
      'after',
      '\nExamples:\n  headgate inspect target\n  headgate inspect target/manifest.json --json\n\nExit: 0 all taken, 2 one was refused (the rest was read), 3 nothing found',
    )
    .action((path: string, options: { json?: boolean }) => {
      process.exitCode = inspectPath(path, (line) =>
        process.stdout.write(`${options.json ? JSON.stringify(line) : sentence(line)}\n`),
      );
    });
}

/** Inspects a file or a folder, one line at a time, so that only one artifact is in memory. Answers the exit code. */
export function inspectPath(path: string, print: (line: InspectLine) => void): 0 | 2 | 3 {
  const files = artifactsIn(path);
  if (files.length === 0) {
    print({
      file: path,
      error: { code: 'file_missing', path: '$', message: 'no such file, or a folder without dbt artifacts' },
    });
    return 3;
  }
  let refused = false;
  for (const file of files) {
    const line = inspectFile(file);
    refused ||= 'error' in line;
    print(line);
  }
  return refused ? 2 : 0;
}

/** Files to read under a path, sorted; a path that names a file is taken whatever its name. */
export function artifactsIn(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [path];
  const found: string[] = [];
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) {
      if (!passedOver.has(entry.name)) found.push(...artifactsIn(inner));
    } else if (artifactName.test(basename(inner))) found.push(inner);
  }
  return found;
}

function inspectFile(file: string): InspectLine {
  const result = loadArtifact(file);
  if (result.ok) return inspect(result.artifact);
  const { code, path, message } = result.error;
  return { file, error: { code, path, message } };
}

/** Reads an artifact from disk: what cannot be read is a refusal like any other. */
export function loadArtifact(
  file: string,
): { ok: true; artifact: Artifact } | { ok: false; error: Omit<Refusal, 'code'> & { code: string } } {
  try {
    const { size } = statSync(file);
    if (size >= defaultBounds.maxBytes) {
      return {
        ok: false,
        error: {
          code: 'too_large',
          path: '$',
          message: `the file has ${size} bytes; the bound is ${defaultBounds.maxBytes}`,
          file,
        },
      };
    }
    return readArtifact(readFileSync(file), { file });
  } catch (error) {
    const { code = 'unreadable', message } = error as NodeJS.ErrnoException;
    return { ok: false, error: { code: code === 'ENOENT' ? 'file_missing' : 'unreadable', path: '$', message, file } };
  }
}

function sentence(line: InspectLine): string {
  if ('error' in line)
    return `${line.file}\n  refused (${line.error.code}) at ${line.error.path}: ${line.error.message}`;
  const counts = Object.entries(line.counts).filter(([, n]) => n > 0);
  const made = [line.schemaVersion ?? 'no schema version', line.dbtVersion && `dbt ${line.dbtVersion}`, line.adapter]
    .filter(Boolean)
    .join(', ');
  const dangling = line.danglingEdges ? `, ${line.danglingEdges} dangling` : '';
  const edges = line.kind === 'manifest' ? `\n  ${line.edges} edges${dangling}` : '';
  const warnings = line.warnings.map((w) => `\n  ! ${w.code} ${w.path}: ${w.message}`).join('');
  return `${line.file}\n  ${line.kind} (${made})\n  ${counts.map(([type, n]) => `${n} ${type}`).join(', ')}${edges}${warnings}`;
}
