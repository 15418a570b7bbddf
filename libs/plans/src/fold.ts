import { hashOf } from '@headgate/contracts';
import { findNode, type Manifest } from '@headgate/dbt';
import {
  absent,
  type Built,
  type BuiltQuery,
  type Content,
  emptyState,
  type EnvironmentState,
  type InputState,
  type LastRun,
  type MacroTable,
  type NodeState,
} from './environment-state.ts';
import { builtInputs, lookedAt, versionOf } from './data.ts';
import type { PrintQuery } from './content.ts';
import { withDeferred } from './deferral.ts';
import { asRead } from './deferred-manifest.ts';
import { fingerprints, type Print } from './fingerprint.ts';
import type { PlanDefer } from './plan.ts';
import { Queries } from './queries.ts';
import { carriesVerdict, type PartsOptions, type PartsTable, partsTable } from './parts.ts';

/** One finished dbt invocation: the manifest it ran with and how each node ended. */
export interface RunOutcome extends PartsOptions {
  readonly run: string;
  readonly attempt: number;
  readonly manifest: Manifest;
  readonly results: readonly NodeOutcome[];
  /** Source or seed id → version of the data at the time, where somebody looked. */
  readonly data?: Readonly<Record<string, string>>;
  /** What the run read from another environment, as its plan says. */
  readonly defer?: PlanDefer;
  /** Reads compiled SQL; without it, nothing is remembered of what queries gave. */
  readonly print?: PrintQuery;
  /** Ids whose queries are read; of all others only their text is remembered. Absent: every query. */
  readonly read?: ReadonlySet<string>;
}

export interface NodeOutcome {
  readonly id: string;
  /** As the engine wrote it; unknown words count as failed. */
  readonly status: string;
  readonly finishedAt: string | null;
  readonly relation: string | null;
  /** Only some of its batches were built: the others are as they were, or not there. */
  readonly partial?: boolean;
}

/** Statuses after which a node stands as its code says. `warn` is a test that ran; `reused` and others are not known to. */
const succeeded = new Set(['success', 'pass', 'warn']);

export function resultOf(status: string): LastRun['result'] {
  const word = status.toLowerCase();
  return succeeded.has(word) ? 'succeeded' : word === 'skipped' ? 'skipped' : 'failed';
}

/**
 * The state after a run. A node that succeeded stands as its code says over the inputs that really stood there: an input
 * that did not run counts with what it was built from before, not with its code of today. A node that failed, or of which only some
 * batches were built, keeps what it was built from, and is marked. Nodes that the manifest no longer has are forgotten.
 */
export function fold(state: EnvironmentState, outcome: RunOutcome): EnvironmentState {
  const manifest = asRead(outcome.manifest, outcome.defer);
  const read = withDeferred(state, outcome.defer);
  const elsewhere = (id: string): NodeState | undefined => (outcome.defer?.nodes[id] ? read.nodes[id] : undefined);
  const table = partsTable(manifest, outcome);
  const ended = new Map(outcome.results.map((result) => [result.id, result]));
  const prints = fingerprints(table, (id) => {
    const node = findNode(manifest, id)?.node;
    if (!node) return absent;
    const result = ended.get(id);
    if (!carriesVerdict(node) || (isBuilt(result) && !elsewhere(id))) return undefined;
    return read.nodes[id]?.built?.fingerprint ?? absent;
  });
  const macroTable = hashOf(table.macros);
  const nodes: Record<string, NodeState> = {};
  const queries = new Queries(manifest, table, outcome.print);
  // What really stands: of this run, or of the one that built it last.
  const contents = (id: string): Content | undefined =>
    (elsewhere(id) ?? nodes[id] ?? state.nodes[id])?.built?.query?.content ??
    (manifest.sources[id] ? queries.given(id) : undefined);
  for (const [id, print] of prints) {
    const node = findNode(manifest, id)?.node;
    if (!node || !carriesVerdict(node)) continue;
    const result = ended.get(id);
    const query = isBuilt(result) ? queries.built(id, contents, outcome) : undefined;
    const data = dataRead(id, outcome, (input) =>
      versionOf((elsewhere(input) ?? nodes[input] ?? state.nodes[input])?.built?.data),
    );
    const next = nodeState(state.nodes[id], print, result, { ...outcome, macroTable, query, data });
    if (next) nodes[id] = next;
  }
  return { schemaVersion: '1.0', nodes, ...referenced(nodes, prints, state, { ...table, hash: macroTable }) };
}

/** Whether it stands as its code says, all of it. */
const isBuilt = (result: NodeOutcome | undefined): boolean =>
  result !== undefined && resultOf(result.status) === 'succeeded' && result.partial !== true;

/**
 * The state of an environment in which everything of a manifest was built as it is written: what a comparison of two
 * projects starts from when nobody knows what was really run. `more`: versions of the data that was
 * read then, where known, and which queries to read.
 */
export function assumeBuilt(
  manifest: Manifest,
  run: string,
  print?: PrintQuery,
  more: Pick<RunOutcome, 'data' | 'read'> = {},
): EnvironmentState {
  const ids = [...Object.keys(manifest.nodes), ...Object.keys(manifest.unit_tests), ...Object.keys(manifest.functions)];
  const results = ids.map((id) => ({ id, status: 'success', finishedAt: null, relation: null }));
  return fold(emptyState, { run, attempt: 0, manifest, results, ...more, ...(print && { print }) });
}

function nodeState(
  before: NodeState | undefined,
  print: Print,
  result: NodeOutcome | undefined,
  outcome: Pick<RunOutcome, 'run' | 'attempt'> & Pick<Built, 'macroTable' | 'data'> & { query: BuiltQuery | undefined },
): NodeState | undefined {
  if (!result) return before;
  const { run, attempt, macroTable, query, data } = outcome;
  const { status, finishedAt, relation } = result;
  const last: LastRun = { result: resultOf(status), status, run, attempt, finishedAt };
  if (!isBuilt(result)) return { built: before?.built ?? null, last };
  const { parts, upstream, fingerprint } = print;
  return {
    built: {
      fingerprint,
      parts,
      upstream,
      macroTable,
      run,
      attempt,
      finishedAt,
      relation,
      data,
      ...(query && { query }),
    },
    last,
  };
}

/** Versions of the data that a node read, as far as somebody looked: of sources, and of all that its inputs were built over. */
function dataRead(
  id: string,
  { manifest, data, seedHashes }: RunOutcome,
  standing: (input: string) => string | undefined,
): Record<string, string> {
  const read: Record<string, string> = {};
  const keep = (input: string, version: string | undefined): void => {
    if (version !== undefined) read[input] = version;
  };
  for (const input of lookedAt(manifest, id, seedHashes ?? {})) keep(input, data?.[input]);
  for (const input of builtInputs(manifest, id)) keep(input, standing(input));
  return read;
}

interface Kept {
  readonly inputs: Record<string, InputState>;
  readonly macroTables: Record<string, MacroTable>;
  readonly reached: Record<string, readonly string[]>;
}

/** Keeps of inputs and macros what the builds still mention. */
function referenced(
  nodes: Readonly<Record<string, NodeState>>,
  prints: ReadonlyMap<string, Print>,
  before: EnvironmentState,
  now: PartsTable & { hash: string },
): Kept {
  const byPrint = new Map<string, InputState>();
  for (const { id, parts, upstream, fingerprint } of prints.values())
    byPrint.set(fingerprint, { id, parts, upstream, macroTable: now.hash });
  const kept: Kept = { inputs: {}, macroTables: {}, reached: {} };
  const keepMacros = ({ parts, macroTable }: Pick<InputState, 'parts' | 'macroTable'>): void => {
    const table = macroTable === now.hash ? now.macros : before.macroTables[macroTable];
    if (table) kept.macroTables[macroTable] = table;
    for (const hash of [parts['macros'] ?? '', parts['machinery'] ?? '']) {
      const reached = now.reached.get(hash) ?? before.reached[hash];
      if (reached) kept.reached[hash] = reached;
    }
  };
  const builds = Object.values(nodes).flatMap(({ built }) => (built ? [built] : []));
  const standing = new Set(builds.map((built: Built) => built.fingerprint));
  builds.forEach(keepMacros);
  const stack = builds.flatMap(({ upstream }) => Object.values(upstream));
  for (let print = stack.pop(); print !== undefined; print = stack.pop()) {
    if (print === absent || standing.has(print) || kept.inputs[print]) continue;
    const input = before.inputs[print] ?? byPrint.get(print);
    if (!input) continue;
    kept.inputs[print] = input;
    keepMacros(input);
    stack.push(...Object.values(input.upstream));
  }
  return kept;
}
