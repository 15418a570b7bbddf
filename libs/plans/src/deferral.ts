import { hashOf } from '@headgate/contracts';
import { findNode, type Manifest } from '@headgate/dbt';
import { digest } from './content.ts';
import {
  type BuiltQuery,
  type Content,
  type EnvironmentState,
  type NodeState,
  stateHash,
} from './environment-state.ts';
import { carriesVerdict, type PartsTable } from './parts.ts';
import type { DeferredNode, PlanDefer } from './plan.ts';

/** An environment to read what is not built here from. */
export interface DeferTo {
  readonly environment: string;
  /** What it holds. */
  readonly state: EnvironmentState;
}

const relations = new Set(['model', 'seed', 'snapshot']);

/**
 * What is read from there: relations that the plan does not speak of, were never built here, and stand there. Only those
 * that are in reach of `ids`, not through another one: what stands there stands on what is there.
 */
export function deferred(
  { environment, state: there }: DeferTo,
  here: EnvironmentState,
  { manifest, table, ids }: { manifest: Manifest; table: PartsTable; ids: ReadonlySet<string> },
): PlanDefer {
  const nodes: Record<string, DeferredNode> = {};
  const seen = new Set(ids);
  const stack = [...ids];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const input of table.nodes.get(id)?.inputs ?? []) {
      if (seen.has(input)) continue;
      seen.add(input);
      const node = here.nodes[input]?.built ? undefined : standing(manifest, input, there);
      if (node) nodes[input] = node;
      else stack.push(input);
    }
  }
  const sorted = Object.keys(nodes).sort();
  return {
    environment,
    state: stateHash(there),
    nodes: Object.fromEntries(sorted.map((id) => [id, nodes[id] as DeferredNode])),
  };
}

/** How a relation stands there; undefined when it does not, or the last attempt to build it anew failed. */
function standing(manifest: Manifest, id: string, there: EnvironmentState): DeferredNode | undefined {
  const node = findNode(manifest, id)?.node;
  const { built, last } = there.nodes[id] ?? {};
  if (!node || !relations.has(node.resource_type) || !carriesVerdict(node)) return undefined;
  if (!built || last?.result !== 'succeeded' || built.relation === null) return undefined;
  const content = built.query?.content;
  const columns = content && !('rest' in content) ? content.names : [];
  const { fingerprint, run, attempt, relation } = built;
  return { fingerprint, run, attempt, relation, columns };
}

/** The state as readers find it: what they read from elsewhere is another thing each time it is built there. */
export function withDeferred(state: EnvironmentState, defer: PlanDefer | undefined): EnvironmentState {
  if (!defer) return state;
  const nodes = Object.entries(defer.nodes).map(([id, node]) => [id, asInput(defer.environment, id, node)] as const);
  return { ...state, nodes: { ...state.nodes, ...Object.fromEntries(nodes) } };
}

function asInput(environment: string, id: string, node: DeferredNode): NodeState {
  const { fingerprint: there, run, attempt, relation, columns } = node;
  const fingerprint = hashOf({ environment, id, fingerprint: there, run, attempt });
  const content = contentThere(fingerprint, columns);
  const query: BuiltQuery = { text: fingerprint, settings: fingerprint, rule: 'not_read', result: null, content };
  const made = { fingerprint, parts: {}, upstream: {}, macroTable: '', data: {} };
  return {
    built: { ...made, ...{ run, attempt, finishedAt: null, relation, query } },
    last: { result: 'succeeded', status: 'success', run, attempt, finishedAt: null },
  };
}

function contentThere(mark: string, names: readonly string[]): Content {
  const columns = names.map((name) => [name.toLowerCase(), digest('deferred', mark, name.toLowerCase())] as const);
  const whole = digest('deferred', mark);
  const known = { rows: whole, columns: Object.fromEntries(columns), names, self: whole };
  return names.length > 0 ? known : { ...known, rest: whole };
}
