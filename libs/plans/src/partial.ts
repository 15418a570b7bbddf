import { findNode, type Manifest, type ManifestNode } from '@headgate/dbt';
import { carriesVerdict } from './parts.ts';
import type { PlanEntry } from './plan.ts';

/** Whether dbt builds a model in batches of event time, each for itself. */
export function isMicrobatch(node: ManifestNode | undefined): boolean {
  const { materialized, incremental_strategy: strategy } = node?.config ?? {};
  return node?.resource_type === 'model' && materialized === 'incremental' && strategy === 'microbatch';
}

const checks = new Set(['test', 'unit_test']);

/** Nodes that stay as they are while tests of them run: PARTIAL, tests only. */
export function withTests(manifest: Manifest, entries: readonly PlanEntry[]): readonly PlanEntry[] {
  const tests = new Map<string, string[]>();
  for (const { id, type, verdict } of entries) {
    if (verdict === 'RUN' && checks.has(type))
      for (const subject of subjectsOf(manifest, id)) tests.set(subject, [...(tests.get(subject) ?? []), id]);
  }
  return entries.map((entry) => {
    const run = tests.get(entry.id);
    if (entry.verdict !== 'SKIP' || !run) return entry;
    return { ...entry, verdict: 'PARTIAL', reasons: [{ code: 'tests_only', tests: run.sort() }, ...entry.reasons] };
  });
}

/** What a test is about: the node it stands at, or all that it reads. */
function subjectsOf(manifest: Manifest, test: string): readonly string[] {
  const node = findNode(manifest, test)?.node;
  const at = node?.['attached_node'];
  if (typeof at === 'string') return [at];
  return (node?.depends_on?.nodes ?? []).filter((id) => {
    const input = findNode(manifest, id)?.node;
    return input !== undefined && carriesVerdict(input);
  });
}
