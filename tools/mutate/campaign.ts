import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonical } from '@headgate/contracts';
import { type Manifest } from '@headgate/dbt';
import { queryPrinter } from '@headgate/lineage/engine';
import {
  assumeBuilt,
  buildPlan,
  type EnvironmentState,
  type ExecutionPlan,
  type PrintQuery,
  verifyPlan,
} from '@headgate/plans';
import { asManifest } from '../../libs/plans/recorded/recorded.ts';
import { type WorkNode, workNodes } from './nodes.ts';
import { type Operator } from './operators.ts';
import { Random } from './random.ts';
import { Worker, Workshop } from './workshop.ts';

/** A dbt project that is mutated. */
export interface Subject {
  readonly name: string;
  readonly from: string;
  /** Statements that make the tables nobody builds. */
  readonly tables: readonly string[];
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const subjects: readonly Subject[] = [
  { name: 'shapes', from: here('shapes'), tables: [] },
  {
    name: 'jaffle',
    from: here('../start/project/jaffle'),
    tables: [
      "create table main.events as select range as event_id, 1 + range % 100 as customer_id, case when range % 7 = 0 then 'order' else 'view' end as kind, timestamp '2024-01-01' + interval (range) minute as landed_at from range(200)",
    ],
  },
];

/** Code that builds plans, and that reads SQL: the product's own, or a copy with a mistake planted in it. */
export interface Planner {
  readonly buildPlan: typeof buildPlan;
  readonly assumeBuilt: typeof assumeBuilt;
  readonly queryPrinter: (adapter: string) => PrintQuery | undefined;
}

export const product: Planner = { buildPlan, assumeBuilt, queryPrinter };

/** How one mutation went. */
export interface Case {
  readonly subject: string;
  readonly operator: string;
  readonly preserving: boolean;
  readonly files: Readonly<Record<string, string>>;
  /** Nodes the plan runs; nodes that dbt's state:modified+ would run. */
  readonly runs: readonly string[];
  readonly whole: readonly string[];
  /** Where the mutation itself is: nodes with a reason of their own. */
  readonly begins: readonly string[];
  /** What differs from having run everything, by data seed; all empty when the plan is right. */
  readonly wrong: readonly (readonly string[])[];
  readonly verified: boolean;
}

export type Outcome = Case | { readonly invalid: string };

const snapshot = `sha256:${'0'.repeat(64)}`;
/** Ways in which the seed files are filled. */
export const dataSeeds = 3;

/** One subject, built once, ready to be mutated. */
export class Bench {
  private readonly states = new Map<Planner, { print: PrintQuery | undefined; state: EnvironmentState }>();
  private withoutSql: EnvironmentState | undefined;

  private constructor(
    readonly subject: Subject,
    private readonly worker: Worker,
    readonly shop: Workshop,
    readonly target: string,
    readonly base: { readonly manifest: Manifest; readonly nodes: readonly WorkNode[] },
    private readonly data: string,
  ) {}

  static async open(subject: Subject, venv: string, work: string): Promise<Bench> {
    const folder = join(work, subject.name);
    const shop = new Workshop(subject.from, folder);
    const database = join(work, `${subject.name}.duckdb`);
    const env = { [`${subject.name.toUpperCase()}_DB`]: database, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' };
    const target = join(work, `${subject.name}-target`);
    const dbt = (...args: string[]): void => {
      const where = ['--project-dir', folder, '--profiles-dir', folder, '--target-path', target];
      execFileSync(join(venv, 'bin/dbt'), ['--quiet', ...args, ...where], {
        env: { ...process.env, ...env },
        stdio: 'ignore',
      });
    };
    if (subject.tables.length > 0) dbt('run-operation', 'land_events');
    dbt('build');
    const worker = new Worker(venv, env);
    await must(worker.ask({ op: 'compile', project: folder, target, args: ['--full-refresh'] }));
    const { manifest } = asManifest(JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8')) as object);
    const data = join(work, `${subject.name}-data`);
    const bench = new Bench(subject, worker, shop, target, { manifest, nodes: workNodes(manifest) }, data);
    for (let seed = 0; seed < dataSeeds; seed++) {
      const seeds = bench.seedFiles(bench.base.manifest, seed, 'base');
      await must(
        worker.ask({
          op: 'base',
          key: seed,
          database: subject.name,
          nodes: bench.base.nodes,
          seeds,
          tables: subject.tables,
        }),
      );
    }
    return bench;
  }

  /** Mutates, compiles, plans by each planner, executes, compares; the project is as before afterwards. */
  async mutate(operator: Operator, random: Random, planners: readonly Planner[] = [product]): Promise<Outcome> {
    const files = operator.apply(this.shop.files, random);
    if (!files) return { invalid: 'nothing to mutate' };
    return this.judge(operator, files, planners);
  }

  async judge(
    operator: Pick<Operator, 'name' | 'preserving'>,
    files: Record<string, string>,
    planners: readonly Planner[],
  ): Promise<Outcome> {
    this.shop.write(files);
    try {
      const compiled = await this.worker.ask({ op: 'compile', project: this.shop.folder, target: this.target });
      if ('error' in (compiled as object)) return { invalid: (compiled as { error: string }).error };
      const head = asManifest(JSON.parse(readFileSync(join(this.target, 'manifest.json'), 'utf8')) as object);
      return await this.compared(operator, files, head, planners);
    } finally {
      this.shop.restore(files);
    }
  }

  private async compared(
    operator: Pick<Operator, 'name' | 'preserving'>,
    files: Record<string, string>,
    head: ReturnType<typeof asManifest>,
    planners: readonly Planner[],
  ): Promise<Outcome> {
    const plans = planners.map((planner) => this.planned(planner, head));
    const nodes = workNodes(head.manifest);
    const skip = plans.map(({ plan }) => plan.entries.filter((entry) => entry.verdict === 'SKIP').map(({ id }) => id));
    const wrong: string[][] = planners.map(() => []);
    for (let seed = 0; seed < dataSeeds; seed++) {
      const seeds = this.seedFiles(head.manifest, seed, 'head');
      const answer = await this.worker.ask<{ wrong: string[][] }>({ op: 'judge', key: seed, nodes, seeds, skip });
      if ('error' in answer) return { invalid: answer.error };
      answer.wrong.forEach((ids, i) => wrong[i]?.push(...ids));
    }
    const [{ plan, state }] = plans as [{ plan: ExecutionPlan; state: EnvironmentState }];
    const whole = buildPlan({ ...head, snapshot, state: this.plain() });
    return {
      subject: this.subject.name,
      operator: operator.name,
      preserving: operator.preserving,
      files,
      runs: running(plan),
      whole: running(whole),
      begins: plan.entries.filter((entry) => entry.cause.length === 1).map(({ id }) => id),
      wrong: wrong.map((ids) => [...new Set(ids)].sort()),
      verified: verified(plan, state, head),
    };
  }

  end(): void {
    this.worker.end();
  }

  private planned(
    planner: Planner,
    head: ReturnType<typeof asManifest>,
  ): { plan: ExecutionPlan; state: EnvironmentState } {
    let base = this.states.get(planner);
    if (!base) {
      const print = planner.queryPrinter(head.manifest.metadata.adapter_type ?? '');
      base = { print, state: planner.assumeBuilt(this.base.manifest, 'base', print) };
      this.states.set(planner, base);
    }
    const { print, state } = base;
    return { plan: planner.buildPlan({ ...head, snapshot, state, ...(print && { print }) }), state };
  }

  /** The state as dbt's own comparison has it: without a look at the SQL. */
  private plain(): EnvironmentState {
    return (this.withoutSql ??= assumeBuilt(this.base.manifest, 'base'));
  }

  /** The seed files as they are in the project, with other numbers in them for every further data seed. */
  private seedFiles(manifest: Manifest, seed: number, side: string): Record<string, string> {
    const folder = join(this.data, `${seed}-${side}`);
    mkdirSync(folder, { recursive: true });
    const seeds = Object.values(manifest.nodes).filter((node) => node.resource_type === 'seed');
    return Object.fromEntries(
      seeds.map((node) => {
        const to = join(folder, basename(node.original_file_path as string));
        const from = join(this.shop.folder, node.original_file_path as string);
        if (seed === 0) cpSync(from, to);
        else writeFileSync(to, otherData(readFileSync(from, 'utf8'), seed));
        return [node.unique_id, to];
      }),
    );
  }
}

/** Rows in another order, one left out, numbers beyond the first column moved: by a rule, so that equal files stay equal. */
function otherData(text: string, seed: number): string {
  const [head = '', ...rows] = text.trimEnd().split('\n');
  const kept = rows.filter((_, i) => i % 7 !== seed);
  const moved = kept.map((row, i) =>
    row
      .split(',')
      .map((cell, c) =>
        c === row.split(',').length - 1 && /^\d+$/.test(cell) ? String(Number(cell) + ((i * seed) % 5)) : cell,
      )
      .join(','),
  );
  return `${[head, ...moved].join('\n')}\n`;
}

const printers = new Map<string, PrintQuery | undefined>();

/** The verifier reads SQL by the same library, here by a reader of its own that keeps what it read. */
function remembering(adapter: string | null | undefined): PrintQuery | undefined {
  const name = adapter ?? '';
  if (!printers.has(name)) printers.set(name, queryPrinter(name));
  return printers.get(name);
}

function verified(plan: ExecutionPlan, state: EnvironmentState, { bytes }: { bytes: Uint8Array }): boolean {
  const file = (value: unknown): Uint8Array => Buffer.from(canonical(value));
  return verifyPlan({ plan: file(plan), manifest: bytes, state: file(state), reader: remembering }).ok;
}

function running(plan: ExecutionPlan): readonly string[] {
  return plan.entries.filter((entry) => entry.verdict === 'RUN').map(({ id }) => id);
}

async function must(answer: Promise<object>): Promise<void> {
  const said = (await answer) as { error?: string };
  if (said.error !== undefined) throw new Error(said.error);
}

/** Mutations at random, until `count` of them have been executed. */
export async function* campaign(
  benches: readonly Bench[],
  operators: readonly Operator[],
  { count, seed }: { readonly count: number; readonly seed: number },
): AsyncGenerator<Outcome> {
  const random = new Random(seed);
  for (let done = 0; done < count;) {
    const bench = random.pick(benches) as Bench;
    const outcome = await bench.mutate(random.pick(operators) as Operator, random);
    if (!('invalid' in outcome)) done++;
    yield outcome;
  }
}
