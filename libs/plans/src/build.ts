import { hashOf } from '@headgate/contracts';
import { findNode, type Manifest } from '@headgate/dbt';
import { projectOf } from '@headgate/graph';
import { causeOf } from './cause.ts';
import type { PrintQuery } from './content.ts';
import { decide } from './decide.ts';
import { absent, type Content, type EnvironmentState, stateHash } from './environment-state.ts';
import { buildOrder, fingerprintOf, type Print } from './fingerprint.ts';
import { builtInputs, dataInputs, lookedAt } from './data.ts';
import { deferred, type DeferTo, withDeferred } from './deferral.ts';
import { carriesVerdict, isPathSeed, type OwnParts, type PartsOptions, partsTable } from './parts.ts';
import {
  type DataMode,
  type EventTime,
  type EvidenceQuery,
  type EvidenceState,
  type ExecutionPlan,
  type PlanData,
  type PlanDefer,
  type PlanEntry,
  type PlanHeader,
  type PlanInput,
  planRules,
  type PlanSelection,
  type Reason,
  type UpstreamReason,
  type Verdict,
} from './plan.ts';
import { isMicrobatch, withTests } from './partial.ts';
import { Queries } from './queries.ts';
import { ownReasons, type Question, upstreamReasons, wayTo } from './verdict.ts';

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
  /** Of microbatch models, build these batches only; not together with `fullRefresh`. */
  readonly eventTime?: EventTime;
  /** What is neither built by the plan nor was ever built here is read from there. */
  readonly defer?: DeferTo;
  /** Reads compiled SQL; without it, every change runs all that is downstream of it. */
  readonly print?: PrintQuery;
}

interface Judged {
  readonly own: readonly Reason[];
  readonly upstream: readonly UpstreamReason[];
  readonly cause: readonly string[];
  /** Why it is skipped though something about it moved. */
  readonly spared: readonly Reason[];
  readonly query: EvidenceQuery | null;
}

/** Works out the plan. Deterministic: equal requests give equal bytes. */
export function buildPlan(request: PlanRequest): ExecutionPlan {
  const { manifest } = request;
  const table = partsTable(manifest, request);
  const selected = new Set(request.selection?.ids ?? [...table.nodes.keys()]);
  const defer = request.defer && deferred(request.defer, request.state, { manifest, table, ids: selected });
  const state = withDeferred(request.state, defer);
  const data = request.data ?? 'assume';
  const q: Question = {
    ...{ manifest, state, table, data, refresh: refreshed(request) },
    ...{ versions: request.versions ?? {}, files: request.seedHashes ?? {} },
    ...{ batches: batched(request), ...(request.eventTime && { eventTime: request.eventTime }) },
  };
  const order = buildOrder(table);
  const judged = judge(q, order, new Queries(manifest, table, request.print), defer);
  const targets = targetsOf(q, order, judged, defer);
  const entries = [...judged.keys()]
    .filter((id) => selected.has(id))
    .sort()
    .map((id) => entry(q, id, judged.get(id) as Judged, targets.get(id) as Print, defer));
  const tested = withTests(manifest, entries);
  return sealed({
    schemaVersion: '1.0',
    header: header(request, q, tested, defer),
    entries: tested,
    inputs: inputsOf(targets, tested),
    stages: stagesOf(tested),
  });
}

/** Hashes the plan over everything but the hash itself. */
export function sealed(plan: Omit<ExecutionPlan, 'digest'>): ExecutionPlan {
  return { ...plan, digest: hashOf(plan) };
}

/** Every node that carries a verdict, judged after its inputs. */
function judge(
  q: Question,
  order: readonly string[],
  queries: Queries,
  defer: PlanDefer | undefined,
): Map<string, Judged> {
  const contents = new Map<string, Content>();
  const there = (id: string): Content | undefined =>
    defer?.nodes[id] ? q.state.nodes[id]?.built?.query?.content : undefined;
  const content = (id: string): Content | undefined => there(id) ?? contents.get(id) ?? queries.given(id);
  const judged = new Map<string, Judged>();
  const causes = new Map<string, readonly string[]>();
  for (const id of order) {
    const node = findNode(q.manifest, id)?.node;
    if (!node || defer?.nodes[id]) continue;
    const verdict = carriesVerdict(node);
    const moved = (input: string): 'runs' | 'carries' | undefined =>
      !causes.has(input) ? undefined : judged.has(input) ? 'runs' : 'carries';
    const upstream = upstreamReasons(q, q.table.nodes.get(id) as OwnParts, moved);
    const one = { id, own: verdict ? ownReasons(q, id) : [], upstream };
    const decision = verdict ? decide(q, queries, one, content) : one;
    const cause = causeOf(id, decision.own, decision.upstream, (input) => causes.get(input) ?? wayTo(q, id, input));
    if (cause) causes.set(id, cause);
    if (!('content' in decision)) continue;
    contents.set(id, decision.content);
    judged.set(id, { ...decision, cause: cause ?? [] });
  }
  return judged;
}

/**
 * What every node will be built from once the plan has run: what skips keeps its fingerprint, what runs gets one from
 * its parts and its inputs' new ones.
 */
function targetsOf(
  q: Question,
  order: readonly string[],
  judged: ReadonlyMap<string, Judged>,
  defer: PlanDefer | undefined,
): ReadonlyMap<string, Print> {
  const targets = new Map<string, Print>();
  for (const id of order) {
    const { type, parts, inputs } = q.table.nodes.get(id) as OwnParts;
    const built = q.state.nodes[id]?.built;
    const skips = judged.get(id)?.cause.length === 0 || defer?.nodes[id] !== undefined;
    const upstream =
      skips && built
        ? built.upstream
        : Object.fromEntries(inputs.map((input) => [input, targets.get(input)?.fingerprint ?? absent]));
    const fingerprint = skips && built ? built.fingerprint : fingerprintOf({ parts, upstream });
    targets.set(id, { id, type, parts, upstream, fingerprint });
  }
  return targets;
}

function entry(
  q: Question,
  id: string,
  { own, upstream, cause, spared, query }: Judged,
  target: Print,
  defer: PlanDefer | undefined,
): PlanEntry {
  const run = cause.length > 0;
  const elsewhere = run ? builtInputs(q.manifest, id).filter((input) => defer?.nodes[input]) : [];
  const { type, fingerprint, parts } = target;
  return {
    id,
    type,
    verdict: run ? (q.batches.has(id) ? 'PARTIAL' : 'RUN') : 'SKIP',
    reasons: run
      ? [...own, ...upstream]
      : skipped(spared, q.data === 'assume' ? lookedAt(q.manifest, id, q.files) : []),
    cause,
    ...(elsewhere.length > 0 && { deferred: elsewhere }),
    evidence: { fingerprint, parts, upstream: target.upstream, state: evidenceState(q.state, id), query },
  };
}

function skipped(spared: readonly Reason[], assumed: readonly string[]): readonly Reason[] {
  return spared.length > 0 ? spared.map((reason) => ({ ...reason, assumed })) : [{ code: 'unchanged', assumed }];
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
    query: built?.query ? { rule: built.query.rule, result: built.query.result } : null,
  };
}

function header(
  request: PlanRequest,
  q: Question,
  entries: readonly PlanEntry[],
  defer: PlanDefer | undefined,
): PlanHeader {
  const { manifest, selection } = request;
  const count = (verdict: Verdict): number => entries.filter((one) => one.verdict === verdict).length;
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
    ...(request.eventTime && { eventTime: request.eventTime }),
    ...(defer && { defer }),
    files: request.seedHashes ?? {},
    counts: { run: count('RUN'), skip: count('SKIP'), partial: count('PARTIAL') },
  };
}

/** Everything whose data was not looked at, for all nodes of the plan. */
function dataOf(q: Question, entries: readonly PlanEntry[]): PlanData {
  if (q.data === 'check') return { mode: 'check', assumed: [], versions: q.versions };
  const assumed = new Map<string, PlanData['assumed'][number]>();
  for (const { id, type } of entries) {
    const node = findNode(q.manifest, id)?.node;
    if (node && isPathSeed(node) && q.files[id] === undefined) assumed.set(id, { id, what: 'seed_file' });
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
  const nodes = entries.filter((one) => one.cause.length > 0).map((one) => one.id);
  return nodes.length > 0 ? [{ command: 'build', nodes }] : [];
}

/** With an event time, the microbatch models that were asked for. */
function batched({ eventTime, selection, manifest }: PlanRequest): ReadonlySet<string> {
  if (!eventTime) return new Set();
  const ids = selection?.ids ?? Object.keys(manifest.nodes);
  return new Set(ids.filter((id) => isMicrobatch(manifest.nodes[id])));
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
