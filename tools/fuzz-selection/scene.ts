import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SelectableProject, type Manifest, type PreviousState, type SelectionAnswer } from '@headgate/dbt';
import type { FuzzRequest } from './expressions.ts';
import { writeFreshness, writeRunResults } from './history.ts';
import { mutate } from './mutate.ts';
import type { Oracle, OracleAnswer } from './oracle.ts';
import { drawPlan } from './draw-plan.ts';
import type { Random } from '../random.ts';
import { renderProject } from './render.ts';

/** A project on disk and two previous states of it, all parsed by dbt. */
export interface Scene {
  readonly folder: string;
  readonly target: string;
  readonly manifest: Manifest;
  readonly files: readonly string[];
  readonly states: Readonly<Record<string, Omit<PreviousState, 'now'>>>;
  readonly freshness: unknown;
}

export function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

function optional(file: string): unknown {
  try {
    return readJson(file);
  } catch {
    return undefined;
  }
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const name = path.relative(folder, path.join(entry.parentPath, entry.name));
      return entry.isDirectory() ? `${name}/` : name;
    })
    .sort();
}

/** Draws a project; dbt parses it as it was, for production, and as it is. Or the reason why dbt refuses it. */
export async function drawScene(
  random: Random,
  oracle: Oracle,
  home: string,
  stateNames: readonly string[] = ['prev', 'prod'],
): Promise<Scene | { refused: string }> {
  const [folder, target] = [path.join(home, 'project'), path.join(home, 'target')];
  const plan = drawPlan(random);
  const [prev, now] = random.chance(0.5) ? [plan, mutate(plan, random)] : [mutate(plan, random), plan];
  const states: Record<string, Omit<PreviousState, 'now'>> = {};
  for (const name of [...stateNames, 'current']) {
    const into = name === 'current' ? target : path.join(home, name);
    rmSync(into, { recursive: true, force: true });
    mkdirSync(into, { recursive: true });
    renderProject(name === 'prev' ? prev : now, folder);
    const args = name === 'prod' ? ['--target', 'prod'] : [];
    const answer = await oracle.ask({ op: 'parse', project: folder, target: into, args });
    if ('error' in answer) return { refused: answer.error.message };
    const manifest = readJson<Manifest>(path.join(into, 'manifest.json'));
    if (random.chance(0.93)) writeFreshness(random, manifest, into);
    if (name === 'current') break;
    if (random.chance(0.93)) writeRunResults(random, manifest, into);
    states[into] = stateIn(into);
  }
  const manifest = readJson<Manifest>(path.join(target, 'manifest.json'));
  return {
    folder,
    target,
    manifest,
    files: filesUnder(folder),
    states,
    freshness: optional(path.join(target, 'sources.json')),
  };
}

function stateIn(folder: string): Omit<PreviousState, 'now'> {
  const files = { manifest: 'manifest.json', runResults: 'run_results.json', sources: 'sources.json' };
  const read = Object.entries(files).map(([key, name]) => [key, optional(path.join(folder, name))] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

/** Our answer to a request about a scene. */
export function ourAnswer(scene: Scene, request: FuzzRequest, selectorsFile: string): SelectionAnswer {
  const project = new SelectableProject(scene.manifest, {
    selectorsFile,
    files: [...scene.files, 'selectors.yml'],
    ...(scene.freshness !== undefined && { freshness: scene.freshness as never }),
  });
  const previous = request.state === null ? undefined : scene.states[request.state];
  return project.select({
    select: request.select,
    exclude: request.exclude,
    selector: request.selector,
    indirectSelection: request.indirect_selection,
    resourceTypes: request.resource_types,
    excludeResourceTypes: request.exclude_resource_types,
    ...(previous && { previous: { ...previous, now: new Date() } }),
  });
}

/** The same request as arguments of `dbt ls`. */
export function dbtArgs(request: FuzzRequest, target: string): string[] {
  const many = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value]);
  return [
    ...many('--select', request.select),
    ...many('--exclude', request.exclude),
    ...(request.selector === null ? [] : ['--selector', request.selector]),
    ...(request.state === null ? [] : ['--state', request.state]),
    ...(request.indirect_selection === null ? [] : ['--indirect-selection', request.indirect_selection]),
    ...many('--resource-type', request.resource_types),
    ...many('--exclude-resource-type', request.exclude_resource_types),
    '--target-path',
    target,
  ];
}

const EXACT = ['DbtRuntimeError', 'InvalidSelectorError', 'DbtInternalError', 'ContractBreakingChangeError'];

/** Whether two answers are the same: ids, or the class of error, and its message where it speaks of the expression. */
export function agree(dbt: OracleAnswer, ours: SelectionAnswer): boolean {
  if ('ids' in dbt) return 'ids' in ours && dbt.ids.join('\n') === ours.ids.join('\n');
  if (!('error' in dbt) || !('error' in ours) || dbt.error.class !== ours.error.class) return false;
  return !EXACT.includes(dbt.error.class) || dbt.error.message === ours.error.message;
}
