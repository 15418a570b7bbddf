import type { Manifest, ManifestNode } from '@headgate/dbt';
import { queryPrinter } from '@headgate/lineage/engine';
import { buildPlan, type EnvironmentState, type ExecutionPlan, fold, type PlanRequest } from '../src/index.ts';
import { asManifest, type Recording } from './recorded.ts';

export const print = queryPrinter('duckdb')!;

type Change = (node: Record<string, unknown>) => void;

/** The recorded project, every node of it compiled, with some nodes changed. */
export function changed(recorded: Recording, changes: Readonly<Record<string, Change>>): ReturnType<typeof asManifest> {
  const copy = structuredClone(recorded.manifest) as unknown as {
    nodes: Record<string, Record<string, unknown>>;
    metadata: object;
  };
  for (const [id, change] of Object.entries(changes)) change(copy.nodes[`model.jaffle.${id}`] ?? copy.nodes[id]!);
  return asManifest(copy);
}

/** A change of text: of the code, and of what it compiles to. */
export function text(from: string | RegExp, to: string): Change {
  return (node) => {
    for (const key of ['raw_code', 'compiled_code']) {
      const before = String(node[key]);
      const after = before.replace(from, to);
      if (key === 'compiled_code' && before === after)
        throw new Error(`${String(node['unique_id'])} does not hold ${String(from)}`);
      node[key] = after;
    }
  };
}

/** After one full build whose SQL was read. */
export function stateOf(
  manifest: Manifest,
  run = 'first',
  ids: readonly string[] = Object.keys(manifest.nodes),
): EnvironmentState {
  const nodes = ids.filter((id) => (manifest.nodes[id] as ManifestNode).resource_type !== 'analysis');
  const results = [...nodes, ...Object.keys(manifest.unit_tests)].map((id) => ({
    id,
    status: 'success',
    finishedAt: null,
    relation: null,
  }));
  const empty: EnvironmentState = { schemaVersion: '1.0', nodes: {}, inputs: {}, macroTables: {}, reached: {} };
  return fold(empty, { run, attempt: 1, manifest, results, print });
}

export function planOver(
  state: EnvironmentState,
  head: ReturnType<typeof asManifest>,
  more: Partial<PlanRequest> = {},
): ExecutionPlan {
  return buildPlan({ ...head, snapshot: `sha256:${'0'.repeat(64)}`, state, print, ...more });
}

/** What runs, without the tests: short names, sorted. */
export function runs(plan: ExecutionPlan): readonly string[] {
  return plan.entries
    .filter((entry) => entry.verdict === 'RUN' && !/test$/.test(entry.type))
    .map(({ id }) => id.split('.').pop()!);
}
