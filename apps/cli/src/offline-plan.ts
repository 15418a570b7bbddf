import { canonical, contract, ContractError } from '@headgate/contracts';
import type { Manifest, ManifestArtifact, Results } from '@headgate/dbt';
import { adjacency, impactOf, logicalGraph, snapshotDigests } from '@headgate/graph';
import { queryPrinter } from '@headgate/lineage/engine';
import {
  assumeBuilt,
  buildPlan,
  type DataMode,
  type EnvironmentState,
  type ExecutionPlan,
  explain,
  markdown,
  type PrintQuery,
  regionOf,
  sourceVersions,
  versionsBefore,
} from '@headgate/plans';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadArtifact } from './inspect.ts';

export interface OfflinePlanOptions {
  /** Folder (or manifest) of what stands; a `state.json` in the folder says it better than the manifest alone. */
  readonly base: string;
  /** Folder (or manifest) of what is to be. */
  readonly head: string;
  readonly markdown?: boolean;
  readonly json?: boolean;
  /** `check`: versions of the data of sources, from the sources.json of both sides; what nobody looked at runs. */
  readonly data?: DataMode;
  /** Writes plan.json, manifest.json and state.json here, for `headgate verify`. */
  readonly out?: string;
}

/** Bad input: which file, and what about it; `exit` is the code to end with. */
class Unusable extends Error {
  constructor(
    readonly exit: 2 | 3,
    message: string,
  ) {
    super(message);
  }
}

/** Plans a change from two sets of artifacts, without a server. Prints, and answers the exit code. */
export function offlinePlan(
  options: OfflinePlanOptions,
  print: (text: string) => void,
  complain: (text: string) => void,
): 0 | 2 | 3 {
  try {
    const head = manifestAt(options.head);
    const printQuery = queryPrinter(head.manifest.metadata.adapter_type);
    const state = stateAt(options.base, head.manifest, printQuery);
    const graph = logicalGraph(head.manifest);
    const plan = buildPlan({
      manifest: head.manifest,
      manifestId: head.id,
      snapshot: snapshotDigests(graph).id,
      state,
      ...(printQuery && { print: printQuery }),
      ...(options.data === 'check' && { data: 'check', versions: sourceVersions(freshnessAt(options.head)) }),
    });
    if (options.out) write(options.out, plan, head, state);
    if (options.json) print(canonical(plan));
    else if (options.markdown) print(markdown(plan, exposures(plan, graph)));
    else print(explain(plan).join('\n'));
    return 0;
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    complain(error.message);
    return error.exit;
  }
}

/** Exposures that read, directly or not, something that runs. */
function exposures(plan: ExecutionPlan, graph: ReturnType<typeof logicalGraph>): readonly string[] {
  const runs = plan.entries.filter((entry) => entry.verdict === 'RUN').map((entry) => entry.id);
  return [...impactOf(graph, adjacency(graph), runs).exposures].sort();
}

interface Loaded extends ManifestArtifact {
  readonly path: string;
}

function manifestAt(path: string): Loaded {
  const candidates = statSync(path, { throwIfNoEntry: false })?.isDirectory()
    ? [join(path, 'manifest.json'), join(path, 'manifest.json.gz')]
    : [path];
  const file = candidates.find((one) => existsSync(one));
  if (!file) throw new Unusable(3, `${candidates[0]}: no such file`);
  const read = loadArtifact(file);
  if (!read.ok) throw new Unusable(2, `${file}: ${read.error.path}: ${read.error.message}`);
  if (read.artifact.kind !== 'manifest')
    throw new Unusable(2, `${file}: this is a ${read.artifact.kind}, not a manifest`);
  return { ...read.artifact, path: file };
}

function stateAt(base: string, head: Manifest, printQuery: PrintQuery | undefined): EnvironmentState {
  const file = join(base, 'state.json');
  if (existsSync(file)) {
    try {
      return contract<EnvironmentState>('EnvironmentState').parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof ContractError)) throw error;
      throw new Unusable(2, `${file}: ${(error as Error).message}`);
    }
  }
  const { manifest } = manifestAt(base);
  const data = versionsBefore(freshnessAt(base), manifest);
  return assumeBuilt(manifest, 'base', printQuery, { read: regionOf(manifest, head), data });
}

/** What dbt wrote of the age of sources beside a manifest; nothing where it never looked. */
function freshnessAt(path: string): Results {
  const nothing: Results = { metadata: {}, args: {}, results: [] };
  const file = join(path, 'sources.json');
  if (!existsSync(file)) return nothing;
  const read = loadArtifact(file);
  if (!read.ok) throw new Unusable(2, `${file}: ${read.error.path}: ${read.error.message}`);
  if (read.artifact.kind !== 'sources') throw new Unusable(2, `${file}: this is a ${read.artifact.kind}, not sources`);
  return read.artifact.freshness;
}

function write(out: string, plan: ExecutionPlan, head: Loaded, state: EnvironmentState): void {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'plan.json'), canonical(plan));
  writeFileSync(join(out, 'state.json'), canonical(state));
  writeFileSync(join(out, head.path.endsWith('.gz') ? 'manifest.json.gz' : 'manifest.json'), readFileSync(head.path));
}
