// Selection: `state:modified+` from files beside dbt's own, and the time to select on a large graph already loaded.
// npm run bench -- selection; with --quick only the small project is put to dbt, with --models=N
// one of that size, with --graph none.
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SelectableProject, translate, type Manifest } from '@headgate/dbt';
import { setUpOracle } from '../oracle/setup.js';
import { cpuOf } from './processes.js';

const root = path.resolve(import.meta.dirname, '../..');
const asked = process.argv.find((arg) => arg.startsWith('--models='))?.slice('--models='.length);
const sizes = asked ? [Number(asked)] : process.argv.includes('--quick') ? [1000] : [1000, 5000];
const home = mkdtempSync(path.join(tmpdir(), 'headgate-bench-'));

function report(what: string, figure: string, goal = ''): void {
  console.log(`${what.padEnd(64)} ${figure.padStart(12)}  ${goal}`);
}

/** CPU seconds of a program and all its children, from start to exit. */
function cpuSeconds(program: string, args: readonly string[], cwd: string): number {
  const before = cpuOf(process.pid)!.reaped;
  execFileSync(program, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' },
  });
  return cpuOf(process.pid)!.reaped - before;
}

/** Models in layers, each on two of the layer before, two tests each. */
function writeProject(folder: string, models: number): void {
  mkdirSync(path.join(folder, 'models'), { recursive: true });
  writeFileSync(path.join(folder, 'dbt_project.yml'), "name: big\nversion: '1.0.0'\nprofile: big\n");
  writeFileSync(
    path.join(folder, 'profiles.yml'),
    "big: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:', schema: dev}}}\n",
  );
  const entries: string[] = [];
  for (let i = 0; i < models; i++) {
    const parents = i < 50 ? [] : [i - 50, i - 50 + ((i * 7) % 49)];
    const from = parents.map((p, k) => `${k === 0 ? 'from' : 'cross join'} {{ ref('m_${p}') }} p${k}`).join(' ');
    writeFileSync(path.join(folder, 'models', `m_${i}.sql`), `select ${i} as id, 'some text' as words ${from}\n`);
    entries.push(`  - {name: m_${i}, columns: [{name: id, data_tests: [not_null, unique]}]}\n`);
  }
  writeFileSync(path.join(folder, 'models/models.yml'), `models:\n${entries.join('')}`);
}

function besideDbt(python: string, models: number): void {
  const folder = path.join(home, `project-${models}`);
  writeProject(folder, models);
  const dbt = path.join(path.dirname(python), 'dbt');
  const common = ['--quiet', '--no-version-check', '--no-use-colors'];
  cpuSeconds(dbt, [...common, 'parse', '--profiles-dir', '.'], folder);
  cpSync(path.join(folder, 'target'), path.join(folder, 'state'), { recursive: true });
  appendFileSync(path.join(folder, 'models/m_60.sql'), '-- edited\n');
  cpuSeconds(dbt, [...common, 'parse', '--profiles-dir', '.'], folder);
  const select = ['--select', 'state:modified+', '--state', 'state'];
  const theirs = cpuSeconds(dbt, [...common, 'ls', '--profiles-dir', '.', ...select], folder);
  const built = path.join(root, 'apps/cli/dist/main.js');
  const source = [
    '-C',
    'source',
    '--import',
    path.join(root, 'tools/register.js'),
    path.join(root, 'apps/cli/src/main.ts'),
  ];
  const program = [...(existsSync(built) ? [built] : source), 'select'];
  const runs = [1, 2, 3].map(() =>
    cpuSeconds(process.execPath, [...program, '--manifest', 'target/manifest.json', ...select], folder),
  );
  const ours = runs.sort((a, b) => a - b)[1]!;
  report(`state:modified+ from files, ${models} models, dbt ls`, `${theirs.toFixed(2)} CPU s`);
  report(`state:modified+ from files, ${models} models, headgate select`, `${ours.toFixed(2)} CPU s`);
  report(`  dbt : headgate`, `${(theirs / ours).toFixed(1)} ×`, '≥ 10');
}

/** 50,000 models and as many tests, without going through a file. */
function largeManifest(models: number): Manifest {
  const nodes: Record<string, unknown> = {};
  for (let i = 0; i < models; i++) {
    const parents = i < 100 ? [] : [i - 100, i - 100 + ((i * 7) % 99)];
    const folder = `area_${i % 40}`;
    nodes[`model.big.m_${i}`] = {
      unique_id: `model.big.m_${i}`,
      resource_type: 'model',
      name: `m_${i}`,
      package_name: 'big',
      original_file_path: `models/${folder}/m_${i}.sql`,
      fqn: ['big', folder, `m_${i}`],
      tags: i % 10 === 0 ? ['nightly'] : [],
      config: { enabled: true, materialized: i % 3 === 0 ? 'table' : 'view', meta: { owner: `o${i % 9}` } },
      depends_on: { nodes: parents.map((p) => `model.big.m_${p}`), macros: [] },
    };
    nodes[`test.big.not_null_m_${i}.x`] = {
      unique_id: `test.big.not_null_m_${i}.x`,
      resource_type: 'test',
      name: `not_null_m_${i}`,
      package_name: 'big',
      original_file_path: `models/${folder}/schema.yml`,
      fqn: ['big', folder, `not_null_m_${i}`],
      tags: [],
      config: { enabled: true },
      test_metadata: { name: 'not_null' },
      depends_on: { nodes: [`model.big.m_${i}`], macros: [] },
    };
  }
  const empty = Object.fromEntries(
    [
      'sources',
      'macros',
      'exposures',
      'metrics',
      'groups',
      'semantic_models',
      'saved_queries',
      'unit_tests',
      'functions',
    ].map((section) => [section, {}]),
  );
  const metadata = { dbt_version: '1.12.6', project_name: 'big', adapter_type: 'duckdb' };
  return { metadata, nodes, ...empty, disabled: {}, selectors: {} } as unknown as Manifest;
}

function milliseconds(work: () => void): number {
  const times = Array.from({ length: 15 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return times.sort((a, b) => a - b)[7]!;
}

function onLargeGraph(models: number): void {
  const manifest = largeManifest(models);
  const before = process.cpuUsage();
  const project = new SelectableProject(manifest);
  const { user, system } = process.cpuUsage(before);
  report(`indexing ${models} models and as many tests`, `${((user + system) / 1000).toFixed(0)} CPU ms`);
  const words = [
    'm_4321+',
    '+m_49000',
    '@m_48000',
    'tag:nightly',
    '*_77',
    'area_3.*',
    'config.materialized:table',
    'path:models/area_7',
    'tag:nightly+,config.meta.owner:o3',
  ];
  for (const word of words) {
    const ms = milliseconds(() => void project.select({ select: [word], indirectSelection: 'cautious' }));
    report(`select ${word} on the loaded graph`, `${ms.toFixed(1)} CPU ms`, '< 20');
  }
  const answer = project.select({ select: ['m_4321+'] });
  const ids = 'ids' in answer ? answer.ids : [];
  report(
    `translate ${ids.length} ids into dbt's words`,
    `${milliseconds(() => void translate(project.index, ids)).toFixed(1)} CPU ms`,
  );
}

try {
  onLargeGraph(50_000);
  const python = process.argv.includes('--graph') ? undefined : setUpOracle((line) => console.error(line));
  for (const models of python === undefined ? [] : sizes) besideDbt(python!, models);
} finally {
  rmSync(home, { recursive: true, force: true });
}
