// Compares the engine with sqlglot, a tool with bugs of its own: agreement is evidence, a difference is looked at.
//   node -C source --import ./tools/register.js tools/lineage/differential.ts [tpc|models] [--all]
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { columnLineage } from '../../libs/lineage/src/engine.ts';
import { report, type Dialect, type Schema } from '../../libs/lineage/src/index.ts';
import { setUpLineageOracle } from '../oracle/lineage-setup.js';
import { compiledProjects } from './models.ts';

export interface OracleCase {
  readonly id: string;
  readonly dialect: Dialect;
  readonly sql: string;
  readonly schema: Readonly<Record<string, readonly string[]>>;
  /** Output columns as the database names them, where one was asked. */
  readonly columns?: readonly string[];
}

export interface OracleAnswer {
  readonly id: string;
  readonly edges?: readonly (readonly [string, readonly string[]])[];
  readonly error?: string;
  readonly cpu: number;
}

export interface Comparison {
  readonly id: string;
  readonly confidence: number;
  readonly agree: number;
  /** `column<-source` that only one of the two has. */
  readonly own: readonly string[];
  readonly theirs: readonly string[];
  readonly error?: string;
}

const ORACLE = path.resolve(import.meta.dirname, 'oracle.py');

function ask(mode: string, input = ''): unknown[] {
  const text = execFileSync(setUpLineageOracle(), [ORACLE, mode], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: 900_000,
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

/** TPC-DS (99 queries) and TPC-H (22) with their schemas. */
export function tpcCases(): OracleCase[] {
  return ask('tpc') as OracleCase[];
}

/** The distinct compiled models of the specimens, each with the columns of its specimen's catalog. */
export function modelCases(): OracleCase[] {
  const seen = new Set<string>();
  const cases: OracleCase[] = [];
  for (const project of compiledProjects()) {
    for (const model of project.models) {
      if (seen.has(model.sql)) continue;
      seen.add(model.sql);
      cases.push({
        id: `${project.specimen}/${model.id}`,
        dialect: model.dialect,
        sql: model.sql,
        schema: relevant(project.catalog, model.sql),
      });
    }
  }
  return cases;
}

/** The tables that the SQL may read: a whole catalog with every query would only slow the oracle down. */
function relevant(
  catalog: Readonly<Record<string, readonly string[]>>,
  sql: string,
): Record<string, readonly string[]> {
  const text = sql.toLowerCase();
  return Object.fromEntries(
    Object.entries(catalog).filter(([name]) => text.includes(name.split('.').pop()!.toLowerCase())),
  );
}

export function askSqlglot(cases: readonly OracleCase[]): OracleAnswer[] {
  return ask('sqlglot', cases.map((one) => `${JSON.stringify(one)}\n`).join('')) as OracleAnswer[];
}

const plain = (name: string): string => name.replace(/["`]/g, '').toLowerCase();

/** Compares column by column, by position; names of items without alias are the tools' own business. */
export function compare(one: OracleCase, theirs: OracleAnswer): Comparison {
  const answer = report(columnLineage(one.sql, one.schema as Schema, { dialect: one.dialect, detail: false }));
  if ('error' in answer)
    return { id: one.id, confidence: 0, agree: 0, own: [], theirs: [], error: `own: ${answer.error}` };
  const confidence = Math.min(1, ...answer.edges.map((edge) => edge.confidence));
  if (theirs.edges === undefined)
    return { id: one.id, confidence, agree: 0, own: [], theirs: [], error: `sqlglot: ${theirs.error ?? ''}` };
  // sqlglot answers by name, so of two columns with one name it tells the last only.
  const byName = new Map<string, Set<string>>();
  for (const edge of answer.edges) byName.set(plain(edge.target), new Set(edge.sources.map(plain)));
  const own: string[] = [];
  const others: string[] = [];
  let agree = 0;
  const theirNames = new Map(theirs.edges.map(([name, sources]) => [plain(name), new Set(sources.map(plain))]));
  const unnamed = (name: string): boolean => /^_col_\d+$/.test(name);
  const pairs = [...byName].map(
    ([name, sources], i) =>
      [
        name,
        sources,
        theirNames.get(name) ?? (unnamed(name) ? theirNames.get([...theirNames.keys()][i] ?? '') : undefined),
      ] as const,
  );
  for (const [name, sources, their = new Set<string>()] of pairs) {
    for (const source of sources) if (their.has(source)) agree++;
    own.push(...[...sources].filter((source) => !their.has(source)).map((source) => `${name}<-${source}`));
    others.push(...[...their].filter((source) => !sources.has(source)).map((source) => `${name}<-${source}`));
  }
  for (const [name, sources] of theirNames)
    if (!byName.has(name) && !unnamed(name))
      others.push(...[...sources].map((source) => `${name}<-${source}`), `column ${name}`);
  return { id: one.id, confidence, agree, own, theirs: others };
}

function main(): void {
  const mode = process.argv[2] === 'models' ? 'models' : 'tpc';
  const cases = mode === 'tpc' ? tpcCases() : modelCases();
  const answers = new Map(askSqlglot(cases).map((answer) => [answer.id, answer]));
  const results = cases.map((one) => compare(one, answers.get(one.id)!));
  const certain = results.filter((one) => one.confidence === 1 && one.error === undefined);
  const sum = (list: readonly Comparison[], of: (one: Comparison) => number): number =>
    list.reduce((total, one) => total + of(one), 0);
  for (const [name, list] of [
    ['all', results.filter((one) => one.error === undefined)],
    ['at confidence 1', certain],
  ] as const) {
    const same = list.filter((one) => one.own.length + one.theirs.length === 0).length;
    console.log(
      `${mode} ${name}: ${same} of ${list.length} equal; edges: ${sum(list, (one) => one.agree)} agree, ${sum(list, (one) => one.own.length)} own only, ${sum(list, (one) => one.theirs.length)} sqlglot only`,
    );
  }
  for (const one of results.filter((result) => result.error !== undefined))
    console.log(`  ${one.id} ${one.error ?? ''}`);
  for (const one of process.argv.includes('--all') ? results : certain) {
    if (one.own.length + one.theirs.length > 0)
      console.log(`  ${one.id}\n    own only: ${one.own.join(' ')}\n    sqlglot only: ${one.theirs.join(' ')}`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
