import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonical } from '@headgate/contracts';
import { type Manifest, SelectableProject } from '@headgate/dbt';
import { queryPrinter } from '@headgate/lineage/engine';
import {
  assumeBuilt,
  buildPlan,
  type EnvironmentState,
  type ExecutionPlan,
  type PrintQuery,
  regionOf,
  verifyPlan,
} from '@headgate/plans';
import { asManifest } from '../../libs/plans/recorded/recorded.ts';
import { type FullBuild, FullBuilds } from './full-build.ts';
import { type WorkNode, workNodes } from './nodes.ts';
import { type Operator } from './operators.ts';
import { recordReads } from '../../apps/runner/src/worker/reads.ts';
import { Random } from '../random.ts';
import { seedFiles } from './seed-files.ts';
import { Worker, Workshop } from './workshop.ts';

/** A dbt project that is mutated. */
export interface Subject {
  readonly name: string;
  readonly from: string;
  /** Statements that make the tables nobody builds. */
  readonly tables: readonly string[];
  /** How it is built says more than its SQL: every mutation is built by dbt, both ways, and nothing executed directly. */
  readonly byDbt?: true;
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
  { name: 'built', from: here('built'), tables: [], byDbt: true },
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
  /** Ids whose verdict differs when only queries near a difference were read. */
  readonly byRegion: readonly string[];
  /** What dbt itself says; null where it was not asked. */
  readonly full: FullBuild | null;
}

/** What is done to a subject. `landed`: statements that change a source, before anything runs. */
export interface Mutation {
  readonly name: string;
  readonly preserving: boolean;
  readonly files: Readonly<Record<string, string>>;
  readonly landed?: readonly string[];
  /** Parsed from nothing: what dbt keeps of its last parse can name another macro than the one that it calls now. */
  readonly afresh?: true;
}

export type Outcome = Case | { readonly invalid: string };

type Head = ReturnType<typeof asManifest>;

interface Executed {
  readonly head: Head;
  readonly nodes: readonly WorkNode[];
  readonly landed: readonly string[];
  readonly plans: readonly ExecutionPlan[];
}

const snapshot = `sha256:${'0'.repeat(64)}`;
/** Ways in which the seed files are filled. */
export const dataSeeds = 3;
/** Of so many executed mutations, one is built by dbt as well. */
const usualInFull = 20;

/** One subject, built once, ready to be mutated. */
export class Bench {
  private readonly states = new Map<Planner, { print: PrintQuery | undefined; state: EnvironmentState }>();

  private constructor(
    readonly subject: Subject,
    private readonly worker: Worker,
    readonly shop: Workshop,
    readonly target: string,
    readonly base: { readonly manifest: Manifest; readonly nodes: readonly WorkNode[] },
    private readonly data: string,
    private readonly fullBuilds: FullBuilds,
  ) {}

  /** `prelude`: what runs in dbt's process; the runner's own, or a copy with a mistake planted in it. */
  static async open(subject: Subject, venv: string, work: string, prelude = recordReads): Promise<Bench> {
    const folder = join(work, subject.name, 'project');
    const shop = new Workshop(subject.from, folder);
    const database = join(work, subject.name, 'compile', `${subject.name}.duckdb`);
    const target = join(work, subject.name, 'target');
    const worker = new Worker(venv, { [`${subject.name.toUpperCase()}_DB`]: database, HEADGATE_PRELUDE: prelude });
    const fullBuilds = await FullBuilds.open(
      { project: folder, work: dirname(folder), name: subject.name, venv, direct: !subject.byDbt },
      worker,
      subject.tables,
    );
    await must(worker.ask({ op: 'land', file: database, from: fullBuilds.prior, statements: [] }));
    await must(worker.ask({ op: 'compile', project: folder, target, args: ['--full-refresh'] }));
    const { manifest } = asManifest(JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8')) as object);
    const data = join(work, subject.name, 'data');
    const bench = new Bench(subject, worker, shop, target, { manifest, nodes: workNodes(manifest) }, data, fullBuilds);
    for (let seed = 0; seed < dataSeeds && !subject.byDbt; seed++) {
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

  /** Mutates, compiles, plans, executes, compares; `full`: dbt builds it as well. */
  async mutate(operator: Operator, random: Random, full = false): Promise<Outcome> {
    const { name, preserving } = operator;
    const files = operator.apply(this.shop.files, random);
    const landed = operator.lands?.(random);
    if (!files || (landed && this.subject.tables.length === 0)) return { invalid: 'nothing to mutate' };
    return this.judge({ name, preserving, files, ...(landed && { landed }) }, [product], full);
  }

  /** Judges one mutation by each planner; the project is as before afterwards. */
  async judge(mutation: Mutation, planners: readonly Planner[] = [product], full = false): Promise<Outcome> {
    this.shop.write(mutation.files);
    try {
      const args = mutation.afresh ? ['--no-partial-parse'] : [];
      const compiled = await this.worker.ask({ op: 'compile', project: this.shop.folder, target: this.target, args });
      if ('error' in (compiled as object)) return { invalid: (compiled as { error: string }).error };
      const head = asManifest(JSON.parse(readFileSync(join(this.target, 'manifest.json'), 'utf8')) as object);
      return await this.compared(mutation, head, planners, full);
    } finally {
      this.shop.restore(mutation.files);
    }
  }

  private async compared(
    mutation: Mutation,
    head: Head,
    planners: readonly Planner[],
    full: boolean,
  ): Promise<Outcome> {
    const { landed = [] } = mutation;
    const plans = planners.map((planner) => this.planned(planner, head, landed.length > 0));
    const nodes = workNodes(head.manifest);
    const seeds = this.seedFiles(head.manifest, 0, 'head');
    const byDbt = (plan: ExecutionPlan): Promise<FullBuild> =>
      this.fullBuilds.compare({
        ...{ manifest: head.manifest, nodes, seeds, landed },
        ...{ runs: running(plan), fickle: fickle(plan) },
      });
    const { byDbt: always = false } = this.subject;
    const built: FullBuild[] = [];
    for (const { plan } of always ? plans : []) built.push(await byDbt(plan));
    const wrong = always
      ? built.map(({ planned }) => planned)
      : await this.executed({ head, nodes, landed, plans: plans.map(({ plan }) => plan) });
    if ('invalid' in wrong) return wrong;
    const [{ plan, state }] = plans as [{ plan: ExecutionPlan; state: EnvironmentState }];
    const runs = running(plan);
    return {
      ...{ subject: this.subject.name, operator: mutation.name, preserving: mutation.preserving },
      ...{ files: mutation.files, runs, wrong },
      whole: this.byDbtsSelection(plan, head),
      begins: plan.entries.filter((entry) => entry.cause.length === 1).map(({ id }) => id),
      verified: verified(plan, state, head),
      byRegion: this.byRegion(runs, head, landed.length > 0),
      full: built[0] ?? (full ? await byDbt(plan) : null),
    };
  }

  /** By plan: what differs, over any filling of the data, from having run everything. */
  private async executed({ head, nodes, landed, plans }: Executed): Promise<readonly string[][] | { invalid: string }> {
    const skip = plans.map((plan) => plan.entries.filter((entry) => entry.verdict === 'SKIP').map(({ id }) => id));
    const wrong: string[][] = plans.map(() => []);
    for (let seed = 0; seed < dataSeeds; seed++) {
      const seeds = this.seedFiles(head.manifest, seed, 'head');
      const question = { op: 'judge', key: seed, nodes, seeds, skip, landed };
      const answer = await this.worker.ask<{ wrong: string[][] }>(question);
      if ('error' in answer) return { invalid: answer.error };
      answer.wrong.forEach((ids, i) => wrong[i]?.push(...ids));
    }
    return wrong.map((ids) => [...new Set(ids)].sort());
  }

  end(): void {
    this.worker.end();
  }

  /** The plan; where a source has changed, one that looks at versions of data. */
  private planned(planner: Planner, head: Head, landed: boolean): { plan: ExecutionPlan; state: EnvironmentState } {
    let base = this.states.get(planner);
    if (!base) {
      const print = planner.queryPrinter(head.manifest.metadata.adapter_type ?? '');
      const versions = versionsOf(this.base.manifest, 'before');
      base = { print, state: planner.assumeBuilt(this.base.manifest, 'base', print, { data: versions }) };
      this.states.set(planner, base);
    }
    const { print, state } = base;
    const looked = landed && { data: 'check' as const, versions: versionsOf(head.manifest, 'after') };
    return { plan: planner.buildPlan({ ...head, snapshot, state, ...(print && { print }), ...looked }), state };
  }

  private byRegion(runs: readonly string[], head: Head, landed: boolean): readonly string[] {
    const read = regionOf(this.base.manifest, head.manifest);
    const lean: Planner = {
      ...product,
      assumeBuilt: (...given) => assumeBuilt(given[0], given[1], given[2], { ...given[3], read }),
    };
    const others = running(this.planned(lean, head, landed).plan);
    this.states.delete(lean);
    return [...runs.filter((id) => !others.includes(id)), ...others.filter((id) => !runs.includes(id))];
  }

  /** What dbt's own comparison selects, as far as the plan speaks of it. */
  private byDbtsSelection({ entries }: ExecutionPlan, head: Head): readonly string[] {
    const previous = { manifest: this.base.manifest, now: new Date(0) };
    const answer = new SelectableProject(head.manifest).select({ select: ['state:modified+'], previous });
    if ('error' in answer) throw new Error(answer.error.message);
    const selected = new Set(answer.ids);
    return entries.map(({ id }) => id).filter((id) => selected.has(id));
  }

  private seedFiles(manifest: Manifest, seed: number, side: string): Record<string, string> {
    return seedFiles(manifest, this.shop.folder, join(this.data, `${seed}-${side}`), seed);
  }
}

function versionsOf(manifest: Manifest, version: string): Record<string, string> {
  return Object.fromEntries(Object.keys(manifest.sources).map((id) => [id, version]));
}

const printers = new Map<string, PrintQuery | undefined>();

/** The verifier reads SQL by the same library, here by a reader of its own that keeps what it read. */
function remembering(adapter: string | null | undefined): PrintQuery | undefined {
  const name = adapter ?? '';
  if (!printers.has(name)) printers.set(name, queryPrinter(name));
  return printers.get(name);
}

function verified(plan: ExecutionPlan, state: EnvironmentState, { bytes }: Head): boolean {
  const file = (value: unknown): Uint8Array => Buffer.from(canonical(value));
  return verifyPlan({ plan: file(plan), manifest: bytes, state: file(state), reader: remembering }).ok;
}

function running(plan: ExecutionPlan): readonly string[] {
  return plan.entries.filter((entry) => entry.verdict === 'RUN').map(({ id }) => id);
}

function fickle({ entries }: ExecutionPlan): readonly string[] {
  return entries.filter(({ evidence }) => evidence.query?.rule === 'introspective').map(({ id }) => id);
}

async function must(answer: Promise<object>): Promise<void> {
  const said = (await answer) as { error?: string };
  if (said.error !== undefined) throw new Error(said.error);
}

interface Length {
  readonly count: number;
  readonly seed: number;
  readonly oneInFull?: number;
  readonly stop?: AbortSignal;
}

/** The part of mutations that are of subjects which dbt has to build. */
const byDbtShare = 0.08;

/** Mutations at random, until `count` of them have been executed, or it is to stop; of so many (20), one is built by dbt as well. */
export async function* campaign(
  benches: readonly Bench[],
  operators: readonly Operator[],
  { count, seed, oneInFull = usualInFull, stop }: Length,
): AsyncGenerator<Outcome> {
  const random = new Random(seed);
  const fitting = ({ subject }: Bench): readonly Operator[] =>
    operators.filter(({ only }) => only === (subject.byDbt ? subject.name : undefined));
  const able = benches.filter((bench) => fitting(bench).length > 0);
  // Building is slow: most mutations are of subjects whose SQL says everything.
  const [slow, fast] = [able.filter(({ subject }) => subject.byDbt), able.filter(({ subject }) => !subject.byDbt)];
  for (let done = 0; done < count && !stop?.aborted;) {
    const bench = random.pick(fast.length === 0 || (slow.length > 0 && random.chance(byDbtShare)) ? slow : fast);
    const outcome = await bench.mutate(random.pick(fitting(bench)), random, done % oneInFull === 0);
    if (!('invalid' in outcome)) done++;
    yield outcome;
  }
}
