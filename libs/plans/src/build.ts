import { hashOf } from '@headgate/contracts';
import { findNode, type Manifest } from '@headgate/dbt';
import { projectOf } from '@headgate/graph';
import { type Cause, causeOf, descend } from './cause.ts';
import { type EnvironmentState, stateHash } from './environment-state.ts';
import { fingerprints, type Print } from './fingerprint.ts';
import { dataInputs, lookedAt } from './data.ts';
import { carriesVerdict, isPathSeed, type PartsOptions, partsTable } from './parts.ts';
import {
  type DataMode,
  type EvidenceState,
  type ExecutionPlan,
  type PlanData,
  type PlanEntry,
  type PlanHeader,
  type PlanInput,
  planRules,
  type PlanSelection,
  type Reason,
  type UpstreamReason,
} from './plan.ts';
import { ownReasons, type Question, upstreamReasons } from './verdict.ts';

export interface PlanRequest extends PartsOptions {
  readonly manifest: Manifest;
  /** SHA-256 of manifest.json's bytes. */
  readonly manifestId: string;
  readonly snapshot: string;
  readonly state: EnvironmentState;
  readonly data?: DataMode;
  /** Source or seed id → version found now; for mode `check`. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Words for the header and the ids they select; absent: everything. */
  readonly selection?: PlanSelection & { readonly ids: readonly string[] };
  readonly fullRefresh?: boolean;
}

interface Judged {
  readonly own: readonly Reason[];
  readonly upstream: readonly UpstreamReason[];
}

/** Works out the plan. Deterministic: equal requests give equal bytes. */
export function buildPlan(request: PlanRequest): ExecutionPlan {
  const { manifest, state } = request;
  const table = partsTable(manifest, request);
  const prints = fingerprints(table);
  const q: Question = {
    manifest,
    state,
    prints,
    macros: table.macros,
    data: request.data ?? 'assume',
    versions: request.versions ?? {},
    refresh: refreshed(request),
  };
  const { judged, causes } = judge(q);
  const selected = request.selection && new Set(request.selection.ids);
  const entries = [...judged.keys()]
    .filter((id) => !selected || selected.has(id))
    .sort()
    .map((id) => entry(q, id, judged.get(id) as Judged, causes));
  return sealed({
    schemaVersion: '1.0',
    header: header(request, q, entries),
    entries,
    inputs: inputsOf(prints, entries),
    stages: stagesOf(entries),
  });
}

/** Hashes the plan over everything but the hash itself. */
export function sealed(plan: Omit<ExecutionPlan, 'digest'>): ExecutionPlan {
  return { ...plan, digest: hashOf(plan) };
}

/** Every node that carries a verdict, judged after its inputs; causes also for inputs that carry none. */
function judge(q: Question): { judged: Map<string, Judged>; causes: Map<string, Cause> } {
  const judged = new Map<string, Judged>();
  const causes = new Map<string, Cause>();
  // Insertion order of prints is an order in which inputs come first.
  for (const print of q.prints.values()) {
    const node = findNode(q.manifest, print.id)?.node;
    if (!node) continue;
    const verdict = carriesVerdict(node);
    const upstream = upstreamReasons(q, print, (id) =>
      !causes.has(id) ? undefined : judged.has(id) ? 'runs' : 'carries',
    );
    const own = verdict ? ownReasons(q, print) : [];
    if (verdict) judged.set(print.id, { own, upstream });
    const cause = causeOf(
      print.id,
      own,
      upstream,
      (id) => causes.get(id) ?? { way: descend(q, id, q.state.nodes[print.id]?.built?.upstream[id]) },
    );
    if (cause) causes.set(print.id, cause);
  }
  return { judged, causes };
}

function entry(q: Question, id: string, { own, upstream }: Judged, causes: ReadonlyMap<string, Cause>): PlanEntry {
  const print = q.prints.get(id) as Print;
  const run = own.length + upstream.length > 0;
  const { type, fingerprint, parts } = print;
  return {
    id,
    type,
    verdict: run ? 'RUN' : 'SKIP',
    reasons: run
      ? [...own, ...upstream]
      : [{ code: 'unchanged', assumed: q.data === 'assume' ? lookedAt(q.manifest, id) : [] }],
    cause: causes.get(id)?.way ?? [],
    evidence: { fingerprint, parts, upstream: print.upstream, state: evidenceState(q.state, id) },
  };
}

function evidenceState(state: EnvironmentState, id: string): EvidenceState | null {
  const node = state.nodes[id];
  if (!node) return null;
  const { built, last } = node;
  const { result, run, attempt, finishedAt } = last;
  return {
    fingerprint: built?.fingerprint ?? null,
    parts: built?.parts ?? {},
    upstream: built?.upstream ?? {},
    result,
    run,
    attempt,
    finishedAt,
  };
}

function header(request: PlanRequest, q: Question, entries: readonly PlanEntry[]): PlanHeader {
  const { manifest, selection } = request;
  const run = entries.filter((one) => one.verdict === 'RUN').length;
  return {
    rules: planRules,
    project: projectOf(manifest),
    adapter: manifest.metadata.adapter_type ?? null,
    engine: manifest.metadata.dbt_version ?? null,
    snapshot: request.snapshot,
    manifest: request.manifestId,
    state: stateHash(request.state),
    selection: selection ? { select: selection.select, exclude: selection.exclude } : null,
    fullRefresh: request.fullRefresh ?? false,
    data: dataOf(q, entries),
    counts: { run, skip: entries.length - run, partial: 0 },
  };
}

/** Everything whose data was not looked at, for all nodes of the plan. */
function dataOf(q: Question, entries: readonly PlanEntry[]): PlanData {
  if (q.data === 'check') return { mode: 'check', assumed: [], versions: q.versions };
  const assumed = new Map<string, PlanData['assumed'][number]>();
  for (const { id, type } of entries) {
    const node = findNode(q.manifest, id)?.node;
    if (node && isPathSeed(node)) assumed.set(id, { id, what: 'seed_file' });
    if (type === 'snapshot') assumed.set(id, { id, what: 'snapshot_input' });
    for (const source of dataInputs(q.manifest, id)) assumed.set(source, { id: source, what: 'source' });
  }
  return {
    mode: 'assume',
    assumed: [...assumed.keys()].sort().map((id) => assumed.get(id) as PlanData['assumed'][number]),
    versions: {},
  };
}

function inputsOf(prints: ReadonlyMap<string, Print>, entries: readonly PlanEntry[]): readonly PlanInput[] {
  const found = new Map<string, PlanInput>();
  const known = new Set(entries.map((one) => one.id));
  const stack = entries.flatMap((one) => Object.keys(one.evidence.upstream));
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    const print = prints.get(id);
    if (!print || found.has(id) || known.has(id)) continue;
    const { type, parts, upstream, fingerprint } = print;
    found.set(id, { id, type, parts, upstream, fingerprint });
    stack.push(...Object.keys(upstream));
  }
  return [...found.keys()].sort().map((id) => found.get(id) as PlanInput);
}

function stagesOf(entries: readonly PlanEntry[]): ExecutionPlan['stages'] {
  const nodes = entries.filter((one) => one.verdict === 'RUN').map((one) => one.id);
  return nodes.length > 0 ? [{ command: 'build', nodes }] : [];
}

/** With a full refresh, what dbt would rebuild from nothing runs: incremental models and seeds, where selected. */
function refreshed(request: PlanRequest): ReadonlySet<string> {
  if (!request.fullRefresh) return new Set();
  const ids = request.selection?.ids ?? Object.keys(request.manifest.nodes);
  return new Set(
    ids.filter((id) => {
      const node = request.manifest.nodes[id];
      return (
        node !== undefined &&
        carriesVerdict(node) &&
        (node.resource_type === 'seed' || node.config?.['materialized'] === 'incremental')
      );
    }),
  );
}
