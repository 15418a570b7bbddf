import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { Manifest } from '../manifest.ts';
import type { PreviousState, SourceFreshness } from './previous-state.ts';
import { SelectableProject, type SelectionAnswer } from './select.ts';

interface Case {
  readonly id: string;
  readonly project: string;
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  readonly selector: string | null;
  readonly state: string | null;
  readonly indirect_selection: 'eager' | 'cautious' | 'buildable' | 'empty' | null;
  readonly resource_types: readonly string[];
  readonly exclude_resource_types: readonly string[];
  readonly expected?: readonly string[];
  readonly expected_error?: { readonly class: string; readonly message: string };
}

const root = path.resolve(import.meta.dirname, '../../../..');
const data = path.resolve(root, process.env['HEADGATE_DATA'] ?? '../shared/data', 'selection');
if (!existsSync(data)) throw new Error(`the selection corpus is not at ${data}; set HEADGATE_DATA`);

function readJson(file: string): unknown {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  return existsSync(`${file}.gz`) ? JSON.parse(gunzipSync(readFileSync(`${file}.gz`)).toString()) : undefined;
}

const cases = (readJson(path.join(data, 'cases.shared.json')) as { cases: Case[] }).cases;
const projects = new Map<string, SelectableProject>();
const states = new Map<string, PreviousState>();

function projectOf(name: string, manifest: string): SelectableProject {
  const known = projects.get(manifest);
  if (known) return known;
  const sources = path.join(data, 'projects', name);
  const freshness = readJson(path.join(data, 'artifacts', name, 'current/sources.json')) as SourceFreshness | undefined;
  const entries = readdirSync(sources, { recursive: true, encoding: 'utf8', withFileTypes: true });
  const project = new SelectableProject(readJson(manifest) as Manifest, {
    selectorsFile: readFileSync(path.join(sources, 'selectors.yml'), 'utf8'),
    files: entries.map(
      (entry) => path.relative(sources, path.join(entry.parentPath, entry.name)) + (entry.isDirectory() ? '/' : ''),
    ),
    ...(freshness && { freshness }),
  });
  projects.set(manifest, project);
  return project;
}

function stateOf(project: string, name: string): PreviousState {
  const folder = path.join(data, 'artifacts', project, 'state', name);
  const known = states.get(folder);
  if (known) return known;
  const files = { manifest: 'manifest.json', runResults: 'run_results.json', sources: 'sources.json' };
  const read = Object.entries(files).map(([key, file]) => [key, readJson(path.join(folder, file))]);
  const state = { ...Object.fromEntries(read.filter(([, content]) => content)), now: new Date('2026-11-21') };
  states.set(folder, state);
  return state;
}

function answer(c: Case, project: SelectableProject, previous: PreviousState | undefined): SelectionAnswer {
  return project.select({
    select: c.select,
    exclude: c.exclude,
    selector: c.selector,
    ...(previous && { previous }),
    indirectSelection: c.indirect_selection,
    resourceTypes: c.resource_types ?? [],
    excludeResourceTypes: c.exclude_resource_types ?? [],
  });
}

describe('every recorded case of dbt 1.12.6 gets its answer', () => {
  test.each(cases.map((c) => [c.id, c] as const))('%s', (_, c) => {
    const manifest = path.join(data, 'artifacts', c.project, 'current/manifest.json');
    const previous = c.state ? stateOf(c.project, c.state) : undefined;
    const { class: errorClass, message } = c.expected_error ?? {};
    const expected = c.expected_error ? { error: { class: errorClass, message } } : { ids: c.expected };
    expect(answer(c, projectOf(c.project, manifest), previous)).toMatchObject(expected);
  });
});

describe('every case put to dbt 1.11.16, on the same projects, gets its answer', () => {
  const recorded = path.join(root, 'libs/testing/fixtures/selection-1.11');
  const answers = readJson(path.join(recorded, 'answers.json')) as Record<string, SelectionAnswer>;
  const own = new Map(
    ['galaxy', 'jaffle'].map((name) => [name, readJson(path.join(recorded, name, 'prev.json')) as Manifest]),
  );
  const asked = cases.flatMap((c) => [c.id, `${c.id} own`].filter((id) => id in answers).map((id) => [id, c] as const));
  test.each(asked)('%s', (id, c) => {
    // `own`: against the previous state as 1.11 itself writes it; else as 1.12 does, which 1.11 reads as well
    const shared = c.state ? stateOf(c.project, c.state) : undefined;
    const previous = shared && id.endsWith(' own') ? { ...shared, manifest: own.get(c.project)! } : shared;
    const project = projectOf(c.project, path.join(recorded, c.project, 'current.json'));
    expect(answer(c, project, previous)).toMatchObject(answers[id]!);
  });
});
