// Column lineage beside compiled sqlglot in the same run, and ten thousand models. CPU, because other work may share the machine.
//   node -C source --import ./tools/register.js tools/bench/lineage.ts [--json]
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Catalog, columnLineage, rulesOf } from '../../libs/lineage/src/engine.ts';
import { LineagePool, projectLineage, type Dialect } from '../../libs/lineage/src/index.ts';
import { modelCases, tpcCases, type OracleCase } from '../lineage/differential.ts';
import { compiledProjects } from '../lineage/models.ts';
import { setUpLineageOracle } from '../oracle/lineage-setup.js';

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

interface OwnRun {
  readonly cpu: number;
  readonly perQuery: readonly number[];
}

function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Parse and resolve, with edges, hashes and positions; schemas are made before, as for sqlglot. */
function own(cases: readonly OracleCase[]): OwnRun {
  const catalogs = cases.map((one) => new Catalog(rulesOf(one.dialect), one.schema));
  const perQuery: number[] = [];
  const cpu = cpuOf(() => {
    cases.forEach((one, i) =>
      perQuery.push(cpuOf(() => void columnLineage(one.sql, catalogs[i]!, { dialect: one.dialect }))),
    );
  });
  return { cpu, perQuery };
}

function sqlglot(cases: readonly OracleCase[]): { cpu: number; import: number } {
  const input = cases.map((one) => `${JSON.stringify(one)}\n`).join('');
  const oracle = path.resolve(import.meta.dirname, '../lineage/oracle.py');
  const text = execFileSync(setUpLineageOracle(), [oracle, 'time'], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: 900_000,
  });
  return JSON.parse(text) as { cpu: number; import: number };
}

const WARM_UP = 3;

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** A process of its own: what somebody pays who asks once. */
function cold(cases: readonly OracleCase[]): number {
  const args = ['-C', 'source', '--import', './tools/register.js', 'tools/bench/lineage-cold.ts'];
  const text = execFileSync(process.execPath, args, {
    cwd: path.resolve(import.meta.dirname, '../..'),
    input: JSON.stringify(cases),
    encoding: 'utf8',
    timeout: 120_000,
  });
  return (JSON.parse(text) as { cpu: number }).cpu;
}

function against(name: string, cases: readonly OracleCase[]): Figure[] {
  const fresh = cold(cases);
  // Once for the optimizing compiler to be done, as in a server.
  for (let pass = 0; pass < WARM_UP; pass++) own(cases);
  const theirs = sqlglot(cases);
  const warm = own(cases);
  return [
    { name: `${name}: sqlglot`, value: theirs.cpu / cases.length, unit: 'ms CPU a query' },
    {
      name: `${name}: sqlglot, its import counted`,
      value: (theirs.cpu + theirs.import) / cases.length,
      unit: 'ms CPU a query',
    },
    { name: `${name}: own, cold (parser's start counted)`, value: fresh / cases.length, unit: 'ms CPU a query' },
    { name: `${name}: own, warm`, value: warm.cpu / cases.length, unit: 'ms CPU a query' },
    { name: `${name}: own p99, warm`, value: percentile(warm.perQuery, 0.99), unit: 'ms CPU' },
    {
      name: `${name}: ratio, cold (both with their start)`,
      value: (theirs.cpu + theirs.import) / fresh,
      unit: 'x less CPU',
    },
    { name: `${name}: ratio, warm`, value: theirs.cpu / warm.cpu, unit: 'x less CPU' },
  ];
}

/** The same query with its common table expressions renamed. */
function withOtherNames(sql: string, copy: number): string {
  const names = new Set([...sql.matchAll(/\b([a-z]\w*)\s+as\s*\(/gi)].map((match) => match[1]!));
  return sql.replace(/(?<![\w."`])[a-z]\w*\b(?!["`])/gi, (word) => (names.has(word) ? `${word}_${copy}` : word));
}

/** Copies of the real models under other names: as many different texts as wanted, in their own dependency order. */
function manyModels(count: number): {
  dialect: Dialect;
  catalog: Record<string, readonly string[]>;
  models: { id: string; relation: string; sql: string; dependsOn: string[] }[];
}[] {
  const projects = compiledProjects().map((project) => ({
    ...project,
    models: project.models.filter((model) => model.resourceType === 'model'),
  }));
  const copies: ReturnType<typeof manyModels> = [];
  let total = 0;
  for (let copy = 0; total < count; copy++) {
    for (const { dialect, models, inputs } of projects) {
      const rename = (id: string): string => `${id}#${copy}`;
      const chosen = models.slice(0, count - total);
      total += chosen.length;
      copies.push({
        dialect,
        catalog: inputs,
        models: chosen.map((model) => ({
          id: rename(model.id),
          relation: model.relation,
          sql: copy === 0 ? model.sql : withOtherNames(model.sql, copy),
          dependsOn: model.dependsOn.map(rename),
        })),
      });
    }
  }
  return copies;
}

async function many(count: number): Promise<Figure[]> {
  const projects = manyModels(count);
  const before = process.cpuUsage();
  const start = performance.now();
  let models = 0;
  let edges = 0;
  let failed = 0;
  for (const project of projects) {
    const results = await projectLineage(project, (task) =>
      columnLineage(task.sql, task.schema, { dialect: task.dialect }),
    );
    models += results.length;
    for (const { result } of results) {
      if (!result.ok) failed++;
      else
        for (const one of result.statements)
          edges += one.rows.length + one.columns.reduce((sum, column) => sum + column.edges.length, 0);
    }
  }
  const { user, system } = process.cpuUsage(before);
  return [
    { name: `${models} models in dependency order`, value: (user + system) / 1e6, unit: 's CPU' },
    { name: `${models} models: wall`, value: (performance.now() - start) / 1000, unit: 's' },
    { name: `${models} models: edges`, value: edges, unit: '' },
    { name: `${models} models: not understood`, value: failed, unit: '' },
    { name: 'peak resident memory', value: process.resourceUsage().maxRSS / 1024, unit: 'MB' },
  ];
}

async function pooled(cases: readonly OracleCase[]): Promise<Figure[]> {
  const pool = new LineagePool({ threads: 2 });
  const start = performance.now();
  await Promise.all(cases.map((one) => pool.run({ sql: one.sql, dialect: one.dialect, schema: one.schema })));
  const wall = performance.now() - start;
  await pool.close();
  return [{ name: 'pool of 2 threads, models: wall with start-up', value: wall / cases.length, unit: 'ms a query' }];
}

/** All figures of this benchmark. */
export async function benchLineage(): Promise<Figure[]> {
  const models = modelCases();
  const tpc = tpcCases();
  return [
    ...against('dbt models', models),
    ...against('TPC-DS and TPC-H', tpc),
    ...(await many(10_000)),
    ...(await pooled(models)),
  ];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, value, unit } of await benchLineage())
    console.log(`${name.padEnd(52)} ${value.toFixed(2).padStart(10)} ${unit}`);
}
