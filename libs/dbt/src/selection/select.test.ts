import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { Manifest } from '../manifest.ts';
import type { PreviousState } from './previous-state.ts';
import { SelectableProject, type ProjectContext, type SelectionRequest } from './select.ts';

const fixtures = path.resolve(import.meta.dirname, '../../../testing/fixtures/selection');

function text(name: string): string {
  return gunzipSync(readFileSync(path.join(fixtures, `${name}.gz`))).toString();
}

function json<T>(name: string): T {
  return JSON.parse(text(name)) as T;
}

interface Case {
  readonly id: string;
  readonly project: 'galaxy' | 'jaffle';
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  readonly selector: string | null;
  readonly state: string | null;
  readonly indirect_selection: SelectionRequest['indirectSelection'];
  readonly resource_types: readonly string[];
  readonly exclude_resource_types: readonly string[];
  readonly expected?: readonly string[];
  readonly expected_error?: { readonly class: string; readonly message: string };
}

function load(name: 'galaxy' | 'jaffle', manifest: Manifest, context: Partial<ProjectContext> = {}) {
  return new SelectableProject(manifest, {
    selectorsFile: text(`${name}/selectors.yml`),
    files: json<string[]>(`${name}/files.json`),
    ...(name === 'galaxy' && { freshness: json<never>('galaxy/current/sources.json') }),
    ...context,
  });
}

const galaxyManifest = json<Manifest>('galaxy/current/manifest.json');
const projects = {
  galaxy: load('galaxy', galaxyManifest),
  jaffle: load('jaffle', json<Manifest>('jaffle/current/manifest.json')),
};

function previous(name: 'galaxy' | 'jaffle'): PreviousState {
  return {
    manifest: json<Manifest>(`${name}/prev/manifest.json`),
    runResults: json<never>(`${name}/prev/run_results.json`),
    ...(name === 'galaxy' && { sources: json<never>('galaxy/prev/sources.json') }),
    now: new Date('2026-11-21'),
  };
}

const states = { galaxy: previous('galaxy'), jaffle: previous('jaffle') };

function ids(request: SelectionRequest, project = projects.galaxy): readonly string[] {
  const answer = project.select(request);
  if ('error' in answer) throw new Error(answer.error.message);
  return answer.ids;
}

describe('recorded answers of dbt 1.12.6', () => {
  test.each(json<Case[]>('cases.json').map((c) => [c.id, c] as const))('%s', (_, c) => {
    const answer = projects[c.project].select({
      select: c.select,
      exclude: c.exclude,
      selector: c.selector,
      ...(c.state && { previous: states[c.project] }),
      indirectSelection: c.indirect_selection ?? null,
      resourceTypes: c.resource_types,
      excludeResourceTypes: c.exclude_resource_types,
    });
    expect(answer).toMatchObject(c.expected_error ? { error: c.expected_error } : { ids: c.expected });
  });
});

describe('errors are values that say where and what to do', () => {
  test('an unknown method is placed in its word, with the nearest name', () => {
    expect(projects.galaxy.select({ select: ['fct_ops_01 tga:x,tagg:y'] })).toEqual({
      error: {
        class: 'InvalidSelectorError',
        message: "Runtime Error\n  'tga' is not a valid method name",
        hint: 'did you mean tag?',
        at: { argument: 'select', index: 0, start: 11, end: 16, text: 'fct_ops_01 tga:x,tagg:y' },
      },
    });
  });

  test('a state method without a state says which flag is missing', () => {
    expect(projects.galaxy.select({ select: ['state:modified'] })).toMatchObject({
      error: { class: 'DbtRuntimeError', hint: expect.stringContaining('--state') },
    });
  });

  test('an unknown mode or resource type is refused', () => {
    expect(projects.galaxy.select({ indirectSelection: 'lazy' as never })).toMatchObject({
      error: { class: 'BadParameter' },
    });
    expect(projects.galaxy.select({ resourceTypes: ['modle'] })).toMatchObject({ error: { class: 'BadParameter' } });
  });

  test('a mistake in selectors.yml is placed in its line', () => {
    const selectorsFile = 'selectors:\n  - name: a\n    definition: "tagg:x"\n';
    expect(load('galaxy', galaxyManifest, { selectorsFile }).select({ selector: 'a' })).toMatchObject({
      error: {
        class: 'DbtSelectorsError',
        hint: 'did you mean tag?',
        at: { argument: 'selectors.yml', index: 2, start: 17, end: 23, text: '    definition: "tagg:x"' },
      },
    });
  });

  test('a selectors.yml with templates gives way to what dbt made of it', () => {
    const selectorsFile = 'selectors: [{name: key_value, definition: "tag:{{ var(\'x\') }}"}]';
    const project = load('galaxy', galaxyManifest, { selectorsFile });
    expect(ids({ selector: 'key_value' }, project)).toEqual(ids({ selector: 'key_value' }));
  });

  test('selectors that name each other in a circle are found', () => {
    const selectorsFile = 'selectors: [{name: a, definition: "selector:b"}, {name: b, definition: {selector: a}}]';
    const project = load('galaxy', galaxyManifest, { selectorsFile });
    expect(project.select({ selector: 'a' })).toMatchObject({ error: { class: 'RecursionError' } });
  });
});

describe('the engine in the manifest decides', () => {
  const as = (dbt_version: string) => ({ ...galaxyManifest, metadata: { ...galaxyManifest.metadata, dbt_version } });

  test('selector: inside --select is a method since 1.12 only', () => {
    expect(ids({ select: ['selector:key_value'] }).length).toBeGreaterThan(0);
    const project = load('galaxy', as('1.11.16'), { selectorsFile: 'selectors: []' });
    expect(project.select({ select: ['selector:key_value'] })).toMatchObject({
      error: { class: 'InvalidSelectorError' },
    });
  });

  test('before 1.12 an inherited selector drops the graph operators beside it', () => {
    const selectorsFile = `selectors:
  - {name: base, definition: {method: fqn, value: fct_ops_01}}
  - {name: wide, definition: {method: selector, value: base, children: true}}`;
    const [old, now] = ['1.11.16', '1.12.6'].map((version) => load('galaxy', as(version), { selectorsFile }));
    const models = { selector: 'wide', indirectSelection: 'empty' as const };
    expect(ids(models, old)).toEqual(['model.galaxy.fct_ops_01']);
    expect(ids(models, now).length).toBeGreaterThan(1);
  });

  test('another version gets the nearest rules and a warning that says so', () => {
    const answer = load('galaxy', as('1.13.0')).select({ select: ['fct_ops_01'] });
    expect(answer).toMatchObject({ warnings: [expect.stringContaining('rules of dbt 1.12')] });
    expect(load('galaxy', as('2.0.4')).engine).toMatchObject({
      semantics: '1.12',
      warning: expect.stringContaining('dbt 2'),
    });
    expect(load('galaxy', as('1.8.2')).engine.semantics).toBe('1.11');
  });
});

describe('a previous state that 1.11 wrote, seen from 1.12', () => {
  const manifest = JSON.parse(
    gunzipSync(readFileSync(path.join(fixtures, '../selection-1.11/galaxy/prev.json.gz'))).toString(),
  ) as Manifest;

  // how many real dbt 1.12.6 selects; the ids were compared once, when these counts were taken
  test.each([
    ['state:modified', 130],
    ['state:modified.configs', 26],
    ['state:modified.body', 30],
    ['state:modified.relation', 11],
    ['state:modified.contract', 10],
    ['state:modified.macros', 71],
    ['state:new', 8],
  ])('%s selects %i nodes', (word, count) => {
    const previous = { manifest, now: new Date('2026-11-21') };
    expect(ids({ select: [word], previous, indirectSelection: 'empty' })).toHaveLength(count);
  });
});

describe('explanations', () => {
  test('name the part of the expression that chose each id, and how', () => {
    const answer = projects.galaxy.select({ select: ['1+fct_ops_01', 'tag:critical'], explain: true });
    expect(answer).toMatchObject({
      explanation: expect.objectContaining({
        'model.galaxy.int_ops_13': [{ criterion: '1+fct_ops_01', via: ['ancestor'] }],
        'model.galaxy.fct_ops_01': expect.arrayContaining([{ criterion: '1+fct_ops_01', via: ['match'] }]),
      }),
    });
  });

  test('leave no selected id without a reason', () => {
    for (const indirectSelection of ['eager', 'cautious', 'buildable', 'empty'] as const) {
      const answer = projects.galaxy.select({ select: ['@tag:ops', 'path:models'], indirectSelection, explain: true });
      if ('error' in answer) throw new Error(answer.error.message);
      expect(Object.entries(answer.explanation!).filter(([, reasons]) => reasons.length === 0)).toEqual([]);
    }
  });
});

describe('without the files of the project', () => {
  test('paths are taken from the manifest', () => {
    const bare = new SelectableProject(galaxyManifest);
    for (const select of [['path:models/finance/marts'], ['path:models/*/staging'], ['path:models/**/_*.yml']]) {
      expect(ids({ select }, bare)).toEqual(ids({ select }));
    }
  });
});
