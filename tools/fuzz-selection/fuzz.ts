// npm run fuzz:selection -- --count N --seed S: draws projects and expressions, asks real dbt and our engine, and
// reports every answer that differs. Exit 0 when none does, 1 otherwise.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SelectableProject, type Manifest, type PreviousState, type SelectionAnswer } from '@headgate/dbt';
import { setUpOracle } from '../oracle/setup.js';
import { drawRequest, vocabularyOf, type FuzzRequest } from './expressions.ts';
import { writeFreshness, writeRunResults } from './history.ts';
import { mutate } from './mutate.ts';
import { Oracle, type OracleAnswer } from './oracle.ts';
import { drawPlan } from './plan.ts';
import { Random } from './random.ts';
import { renderProject } from './render.ts';
import { drawSelectors } from './selectors.ts';

export interface Difference {
  readonly seed: number;
  readonly request: FuzzRequest;
  readonly selectorsFile: string;
  readonly dbt: OracleAnswer;
  readonly ours: SelectionAnswer;
}

export interface FuzzReport {
  readonly cases: number;
  readonly projects: number;
  readonly refusedProjects: number;
  /** Errors that both sides raised, by class. */
  readonly errors: Readonly<Record<string, number>>;
  readonly empty: number;
  readonly differences: readonly Difference[];
}

const CASES_A_PROJECT = 40;

/** A project on disk in two states, parsed by dbt. */
interface Scene {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: readonly string[];
  readonly states: ReadonlyMap<string, PreviousState>;
  readonly freshness: unknown;
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

function walk(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const name = path.relative(folder, path.join(entry.parentPath, entry.name));
    return entry.isDirectory() ? `${name}/` : name;
  });
}

async function build(random: Random, oracle: Oracle, home: string): Promise<Scene | undefined> {
  const folder = path.join(home, 'project');
  const plan = drawPlan(random);
  const [prev, now] = random.chance(0.5) ? [plan, mutate(plan, random)] : [mutate(plan, random), plan];
  const states = new Map<string, PreviousState>();
  const target = path.join(home, 'target');
  for (const name of ['prev', 'prod', 'current']) {
    const into = name === 'current' ? target : path.join(home, name);
    mkdirSync(into, { recursive: true });
    renderProject(name === 'prev' ? prev : now, folder);
    const args = name === 'prod' ? ['--target', 'prod'] : [];
    const answer = await oracle.ask({ op: 'parse', project: folder, target: into, args });
    if ('error' in answer) {
      if (process.env['FUZZ_VERBOSE']) console.error(answer.error.message.slice(0, 300));
      return undefined;
    }
    const manifest = read<Manifest>(path.join(into, 'manifest.json'));
    if (random.chance(0.93)) writeFreshness(random, manifest, into);
    if (name === 'current') break;
    if (random.chance(0.93)) writeRunResults(random, manifest, into);
    states.set(into, stateOf(into));
  }
  const manifest = read<Manifest>(path.join(target, 'manifest.json'));
  return { folder, manifest, files: walk(folder), states, freshness: optional(path.join(target, 'sources.json')) };
}

function optional(file: string): unknown {
  try {
    return read(file);
  } catch {
    return undefined;
  }
}

function stateOf(folder: string): PreviousState {
  const files = { manifest: 'manifest.json', runResults: 'run_results.json', sources: 'sources.json' };
  const read = Object.entries(files).map(([key, name]) => [key, optional(path.join(folder, name))] as const);
  return { ...Object.fromEntries(read.filter(([, value]) => value !== undefined)), now: new Date() };
}

function dbtArgs(request: FuzzRequest, target: string): string[] {
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

/** Whether two answers are the same: ids, or the class of error, and its message where it speaks of the expression. */
export function agree(dbt: OracleAnswer, ours: SelectionAnswer): boolean {
  if ('ids' in dbt) return 'ids' in ours && dbt.ids.join('\n') === ours.ids.join('\n');
  if (!('error' in dbt) || !('error' in ours) || dbt.error.class !== ours.error.class) return false;
  const isExact = ['DbtRuntimeError', 'InvalidSelectorError', 'DbtInternalError', 'ContractBreakingChangeError'];
  return !isExact.includes(dbt.error.class) || dbt.error.message === ours.error.message;
}

export async function fuzz(options: {
  count: number;
  seed: number;
  python: string;
  stopAt?: number;
  only?: number;
}): Promise<FuzzReport> {
  const home = mkdtempSync(path.join(tmpdir(), 'headgate-fuzz-'));
  const oracle = new Oracle(options.python, home);
  const report = {
    cases: 0,
    projects: 0,
    refusedProjects: 0,
    errors: {} as Record<string, number>,
    empty: 0,
    differences: [] as Difference[],
  };
  try {
    for (let p = 0; report.cases < options.count; p++) {
      const seed = options.only ?? options.seed * 10_000 + p;
      const random = new Random(seed);
      const scene = await build(random, oracle, home);
      if (!scene) report.refusedProjects++;
      else await runCases(scene, random, oracle, path.join(home, 'target'), seed, options.count, report);
      for (const name of ['prev', 'prod', 'target']) rmSync(path.join(home, name), { recursive: true, force: true });
      if (options.only !== undefined || report.differences.length >= (options.stopAt ?? Infinity)) break;
    }
  } finally {
    oracle.close();
    rmSync(home, { recursive: true, force: true });
  }
  return report;
}

async function runCases(
  scene: Scene,
  random: Random,
  oracle: Oracle,
  target: string,
  seed: number,
  count: number,
  report: { cases: number; projects: number; errors: Record<string, number>; empty: number; differences: Difference[] },
): Promise<void> {
  report.projects++;
  const bare = vocabularyOf(scene.manifest, scene.files, []);
  for (let i = 0; i < CASES_A_PROJECT && report.cases < count; i++) {
    const selectors = random.chance(0.4) ? drawSelectors(random, bare) : { text: '', names: [] };
    writeFileSync(path.join(scene.folder, 'selectors.yml'), selectors.text);
    const words = { ...bare, selectors: selectors.names };
    const request = drawRequest(random, words, [...scene.states.keys()]);
    const dbt = await oracle.ask({ op: 'ls', project: scene.folder, args: dbtArgs(request, target) });
    const ours = answer(scene, request, selectors.text);
    report.cases++;
    if ('error' in dbt) report.errors[dbt.error.class] = (report.errors[dbt.error.class] ?? 0) + 1;
    else if ('ids' in dbt && dbt.ids.length === 0) report.empty++;
    if (!agree(dbt, ours)) report.differences.push({ seed, request, selectorsFile: selectors.text, dbt, ours });
  }
}

function answer(scene: Scene, request: FuzzRequest, selectorsFile: string): SelectionAnswer {
  const project = new SelectableProject(scene.manifest, {
    selectorsFile,
    files: [...scene.files, 'selectors.yml'],
    ...(scene.freshness !== undefined && { freshness: scene.freshness as never }),
  });
  const previous = request.state === null ? undefined : scene.states.get(request.state);
  return project.select({
    select: request.select,
    exclude: request.exclude,
    selector: request.selector,
    indirectSelection: request.indirect_selection,
    resourceTypes: request.resource_types,
    excludeResourceTypes: request.exclude_resource_types,
    ...(previous && { previous }),
  });
}

export function describeDifference({ seed, request, selectorsFile, dbt, ours }: Difference): string {
  const shown = (answer: OracleAnswer | SelectionAnswer) =>
    'ids' in answer ? `${answer.ids.length} ids` : JSON.stringify(answer);
  const [left, right] = ['ids' in dbt ? dbt.ids : [], 'ids' in ours ? ours.ids : []];
  const lines = [`project seed ${seed}: ${JSON.stringify(request)}`, `  dbt:  ${shown(dbt)}`, `  ours: ${shown(ours)}`];
  const missing = left.filter((id) => !right.includes(id));
  const extra = right.filter((id) => !left.includes(id));
  if ('ids' in dbt && 'ids' in ours) lines.push(`  missing: ${missing.join(' ')}`, `  extra: ${extra.join(' ')}`);
  if (selectorsFile !== '') lines.push(`  selectors.yml: ${selectorsFile.slice(0, 1500)}`);
  return lines.join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { count: { type: 'string', default: '200' }, seed: { type: 'string' }, project: { type: 'string' } },
  });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 100_000));
  const started = Date.now();
  const report = await fuzz({
    count: Number(values.count),
    seed,
    python: setUpOracle((line: string) => console.error(line)),
    ...(values.project !== undefined && { only: Number(values.project) }),
  });
  for (const difference of report.differences) console.log(describeDifference(difference));
  const { cases, projects, refusedProjects, errors, empty, differences } = report;
  console.log(
    `seed ${seed}: ${cases} cases over ${projects} projects (${refusedProjects} drawn that dbt refused), ` +
      `errors ${JSON.stringify(errors)}, ${empty} empty, ${differences.length} differences, ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
  process.exitCode = differences.length === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) await main();
