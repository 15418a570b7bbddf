import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, readArtifact, translate } from '@headgate/dbt';
import { type WorkNode } from './nodes.ts';
import type { Worker } from './workshop.ts';

/** How one full comparison by dbt itself went: ids that differ, all empty when the plan and the shortcut are right. */
export interface FullBuild {
  /** Between `dbt build` of everything and `dbt build` of what the plan runs. */
  readonly planned: readonly string[];
  /** Between `dbt build` of everything and the same SQL executed without dbt. */
  readonly shortcut: readonly string[];
}

interface Place {
  /** The project, as it is at the moment. */
  readonly project: string;
  /** A folder for databases and targets. */
  readonly work: string;
  /** What dbt calls the database. */
  readonly name: string;
  readonly venv: string;
  /** Whether its SQL can be executed without dbt as well. */
  readonly direct: boolean;
}

/** How a node ended, in dbt's words: status and number of failures. */
type Results = Readonly<Record<string, { readonly status: string; readonly failures: unknown }>>;

interface Change {
  readonly manifest: Manifest;
  readonly nodes: readonly WorkNode[];
  readonly seeds: Readonly<Record<string, string>>;
  /** Ids that the plan runs. */
  readonly runs: readonly string[];
  /** Statements that changed a source before anything was built. */
  readonly landed: readonly string[];
  /** Ids of what compiles to something else when dbt comes to it: the SQL at hand is not what dbt runs. */
  readonly fickle: readonly string[];
}

/** A subject as dbt built it, from which every looked-at mutation is built twice more, by dbt. */
export class FullBuilds {
  private constructor(
    private readonly place: Place,
    private readonly worker: Worker,
    private readonly before: Results,
  ) {}

  /** Builds the subject once; `tables` are the statements that make what nobody builds. */
  static async open(place: Place, worker: Worker, tables: readonly string[]): Promise<FullBuilds> {
    mkdirSync(databaseFolder(place, 'prior'), { recursive: true });
    await worker.ask({ op: 'land', file: database(place, 'prior'), statements: tables });
    const before = dbtBuild(place, 'prior', []);
    return new FullBuilds(place, worker, before);
  }

  /** The database as dbt built it before any mutation. */
  get prior(): string {
    return database(this.place, 'prior');
  }

  /** Both ways from the same state before, without a full refresh. */
  async compare({ manifest, nodes, seeds, runs, landed, fickle }: Change): Promise<FullBuild> {
    const { place, worker } = this;
    const [whole, planned] = [database(place, 'whole'), database(place, 'planned')];
    for (const file of [whole, planned])
      await must(worker.ask({ op: 'land', file, from: this.prior, statements: landed }));
    const all = dbtBuild(place, 'whole', []);
    const some = runs.length === 0 ? {} : dbtBuild(place, 'planned', selecting(place, manifest, runs));
    const aside = nodes.filter(({ id }) => !isBuilt(all[id]) || fickle.includes(id)).map(({ id }) => id);
    const answer = await must(
      worker.ask<{ planned: string[]; shortcut: string[] }>({
        op: 'compare',
        database: place.name,
        ...{ whole, planned, nodes, seeds, landed, aside, direct: place.direct },
      }),
    );
    const tests = nodes.filter(({ kind }) => kind === 'test').map(({ id }) => id);
    const otherwise = tests.filter((id) => isBuilt(all[id]) && said(all[id]) !== said(some[id] ?? this.before[id]));
    return { planned: [...answer.planned, ...otherwise], shortcut: answer.shortcut };
  }
}

type Which = 'prior' | 'whole' | 'planned';

/** The file's name becomes the database's in the names of relations, so it is the same everywhere. */
const databaseFolder = (place: Place, which: Which): string => join(place.work, `${place.name}-${which}`);
const database = (place: Place, which: Which): string => join(databaseFolder(place, which), `${place.name}.duckdb`);

const isBuilt = (result: Results[string] | undefined): boolean =>
  result !== undefined && !['error', 'skipped', 'runtime error'].includes(result.status);
const said = (result: Results[string] | undefined): string => `${result?.status} ${String(result?.failures)}`;

function dbtBuild(at: Place, which: Which, args: readonly string[]): Results {
  const { venv, project, name } = at;
  const target = join(databaseFolder(at, which), 'target');
  const file = join(target, 'run_results.json');
  rmSync(file, { force: true });
  const where = ['--project-dir', project, '--profiles-dir', project, '--target-path', target];
  const env = { [`${name.toUpperCase()}_DB`]: database(at, which), DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' };
  try {
    execFileSync(join(venv, 'bin/dbt'), ['--quiet', 'build', ...where, ...args], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
  } catch (error) {
    // A test that finds something ends dbt with 1; that is an answer. Without results there is none.
    if (!existsSync(file)) throw error;
  }
  const read = readArtifact(readFileSync(file), { file });
  if (!read.ok || read.artifact.kind !== 'run_results') throw new Error(`${file}: not run results`);
  return Object.fromEntries(
    read.artifact.runResults.results.map((row) => [
      row.unique_id,
      { status: row.status, failures: row['failures'] ?? null },
    ]),
  );
}

/** dbt's words for exactly these nodes; a selection too long for them stands in the project's selectors. */
function selecting({ project }: Place, manifest: Manifest, runs: readonly string[]): readonly string[] {
  const result = translate(manifest, runs);
  if ('refused' in result) throw new Error(`dbt cannot select ${JSON.stringify(result.refused)}`);
  const { args, selectorsFile } = result.translation;
  if (selectorsFile !== undefined) writeFileSync(join(project, 'selectors.yml'), selectorsFile);
  return args;
}

async function must<T extends object>(answer: Promise<T | { error: string }>): Promise<T> {
  const said_ = await answer;
  if ('error' in said_) throw new Error(said_.error);
  return said_;
}
