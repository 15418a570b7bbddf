import {
  INDIRECT_SELECTIONS,
  type PreviousState,
  SelectableProject,
  type SelectionAnswer,
  type SelectionRequest,
} from '@headgate/dbt';
import { Command, Option } from 'commander';
import { createInterface } from 'node:readline';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadArtifact } from './inspect.ts';
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

/** Where a command reads and writes; the process's own streams outside of tests. */
export interface Streams {
  readonly input: NodeJS.ReadableStream;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** 0 something was selected · 1 nothing was · 2 dbt would refuse · 3 an artifact is missing or cannot be read. */
export type SelectExit = 0 | 1 | 2 | 3;

const HELP = `
Examples:
  headgate select --manifest target/manifest.json --select +orders tag:nightly
  headgate select --manifest target/manifest.json --state prod --select state:modified+ --explain
  headgate select --manifest target/manifest.json --project . --batch < requests.jsonl

A value that begins with a dash is written --select=-x. In a batch every line of standard input is a JSON object with
select, exclude, selector, state (a folder), indirect_selection, resource_types, exclude_resource_types, flags; every
line of standard output is {"ids":[...]} or {"error":{"class","message"}}, in the same order.

Exit: 0 selected, 1 nothing matches, 2 dbt would refuse, 3 an artifact is missing or cannot be read, 64 usage`;

export function selectCommand(): Command {
  return new Command('select')
    .description('answer what dbt ls would, from artifacts alone: no dbt, no warehouse (offline)')
    .requiredOption('--manifest <file>', 'manifest.json of the project; gzip is accepted')
    .option('--sources <file>', 'current sources.json, for source_status: (default: beside the manifest)')
    .option('--state <folder>', 'previous manifest.json, run_results.json and sources.json')
    .option('--selectors <file>', "selectors.yml (default: the project's, else what the manifest holds)")
    .option('--project <folder>', "the project's folder, whose files path: looks at")
    .option('--select <words...>', 'what to select')
    .option('--exclude <words...>', 'what to leave out')
    .option('--selector <name>', 'a named selector; wins over --select and --exclude')
    .addOption(new Option('--indirect-selection <mode>', 'which tests come along').choices([...INDIRECT_SELECTIONS]))
    .option('--resource-type <types...>', 'answer with these resource types only')
    .option('--exclude-resource-type <types...>', 'leave these resource types out of the answer')
    .option('--explain', 'tell for each id which part of the expression chose it')
    .option('--json', 'answer as one JSON object')
    .option('--batch', 'read requests from standard input, one JSON object a line')
    .addHelpText('after', HELP)
    .action(async (flags: SelectFlags) => {
      process.exitCode = await runSelect(flags, {
        input: process.stdin,
        print: (line) => process.stdout.write(`${line}\n`),
        complain: (line) => process.stderr.write(`${line}\n`),
      });
    });
}

/** Carries out `headgate select` and answers its exit code. */
export async function runSelect(flags: SelectFlags, streams: Streams): Promise<SelectExit> {
  const loaded = loadProject(flags);
  if ('missing' in loaded) {
    streams.complain(loaded.missing);
    return 3;
  }
  const states = new StateFolders();
  if (flags.batch) return runBatch(loaded.project, states, flags, streams);
  const previous = flags.state === undefined ? undefined : states.read(flags.state);
  if (previous && 'missing' in previous) {
    streams.complain(previous.missing);
    return 3;
  }
  const answer = loaded.project.select({ ...requestOf(flags), ...(previous && { previous }) });
  if (flags.json) streams.print(JSON.stringify(answer));
  else tell(answer, streams);
  if ('error' in answer) return 2;
  return answer.ids.length > 0 ? 0 : 1;
}

function requestOf(flags: SelectFlags): SelectionRequest {
  return {
    select: flags.select ?? [],
    exclude: flags.exclude ?? [],
    selector: flags.selector ?? null,
    indirectSelection: (flags.indirectSelection ?? null) as SelectionRequest['indirectSelection'] & string,
    resourceTypes: flags.resourceType ?? [],
    excludeResourceTypes: flags.excludeResourceType ?? [],
    explain: flags.explain ?? false,
  };
}

function tell(answer: SelectionAnswer, { print, complain }: Streams): void {
  if ('error' in answer) {
    const { at, hint, message } = answer.error;
    complain(message);
    if (at)
      complain(
        `  --${at.argument} ${at.text}\n  ${' '.repeat(at.argument.length + 3 + at.start)}${'^'.repeat(Math.max(1, at.end - at.start))}`,
      );
    if (hint) complain(`Hint: ${hint}`);
    return;
  }
  for (const warning of answer.warnings) complain(`Warning: ${warning}`);
  for (const id of answer.ids) {
    const reasons = answer.explanation?.[id]?.map(({ criterion, via }) => `${told(criterion)} (${via.join(', ')})`);
    print(reasons ? `${id}\t${reasons.join('; ')}` : id);
  }
}

function told(criterion: unknown): string {
  return typeof criterion === 'string' ? criterion : JSON.stringify(criterion);
}

type Missing = { readonly missing: string };

function loadProject(flags: SelectFlags): { project: SelectableProject } | Missing {
  const manifest = loadArtifact(flags.manifest);
  if (!manifest.ok) return { missing: `${flags.manifest}: ${manifest.error.message}` };
  if (manifest.artifact.kind !== 'manifest')
    return { missing: `${flags.manifest} is a ${manifest.artifact.kind}, not a manifest` };
  const sources = flags.sources ?? besideOf(flags.manifest, 'sources.json');
  const freshness = sources === undefined ? undefined : loadArtifact(sources);
  if (freshness && !freshness.ok) return { missing: `${sources}: ${freshness.error.message}` };
  const selectors = flags.selectors ?? (flags.project && present(join(flags.project, 'selectors.yml')));
  if (selectors && !existsSync(selectors)) return { missing: `${selectors}: no such file` };
  if (flags.project !== undefined && !existsSync(flags.project)) return { missing: `${flags.project}: no such folder` };
  const { project } = flags;
  return {
    project: new SelectableProject(manifest.artifact.manifest, {
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
class StateFolders {
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
    const loaded = loadArtifact(file);
    if (!loaded.ok) return { missing: `${file}: ${loaded.error.message}` };
    const { artifact } = loaded;
    if (artifact.kind === 'manifest') state = { ...state, manifest: artifact.manifest };
    if (artifact.kind === 'run_results') state = { ...state, runResults: artifact.runResults };
    if (artifact.kind === 'sources') state = { ...state, sources: artifact.freshness };
  }
  return state;
}

async function runBatch(
  project: SelectableProject,
  states: StateFolders,
  flags: SelectFlags,
  { input, print }: Streams,
): Promise<SelectExit> {
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const answer = batchAnswer(project, states, flags, line);
    if ('error' in answer) print(JSON.stringify(answer));
    else print(JSON.stringify({ ids: answer.ids, ...(answer.explanation && { explanation: answer.explanation }) }));
  }
  return 0;
}

const LISTS = ['select', 'exclude', 'resource_types', 'exclude_resource_types', 'flags'] as const;
const WORDS = ['selector', 'state', 'indirect_selection'] as const;

function batchAnswer(
  project: SelectableProject,
  states: StateFolders,
  flags: SelectFlags,
  line: string,
): SelectionAnswer {
  const request = parseRequest(line);
  if (typeof request === 'string') return { error: { class: 'BadRequest', message: request } };
  const folder = (request['state'] as string | undefined) ?? flags.state;
  const previous = folder === undefined ? undefined : states.read(folder);
  if (previous && 'missing' in previous) return { error: { class: 'ArtifactMissing', message: previous.missing } };
  return project.select({
    select: list(request['select']),
    exclude: list(request['exclude']),
    selector: (request['selector'] as string | undefined) ?? null,
    indirectSelection: (request['indirect_selection'] ?? flags.indirectSelection ?? null) as never,
    resourceTypes: list(request['resource_types']),
    excludeResourceTypes: list(request['exclude_resource_types']),
    explain: flags.explain ?? false,
    ...(previous && { previous }),
  });
}

function list(value: unknown): string[] {
  return typeof value === 'string' ? [value] : ((value ?? []) as string[]);
}

/** A line of a batch, or what is wrong with it. Keys that are not a request's are let pass, so that a case is one. */
function parseRequest(line: string): Readonly<Record<string, unknown>> | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `the line is not JSON: ${(error as Error).message}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'a request is a JSON object';
  const request = value as Record<string, unknown>;
  for (const key of LISTS) {
    const given = request[key] ?? [];
    const fits = typeof given === 'string' || (Array.isArray(given) && given.every((word) => typeof word === 'string'));
    if (!fits) return `${key} must be a list of strings`;
  }
  for (const key of WORDS) {
    if (request[key] === null) delete request[key];
    if (request[key] !== undefined && typeof request[key] !== 'string') return `${key} must be a string`;
  }
  return request;
}
