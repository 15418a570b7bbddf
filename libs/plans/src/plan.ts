import type { Made, QueryRule } from './environment-state.ts';

/** The rules that this release derives verdicts by; a plan names them, and `verify` refuses rules it does not know. */
export const planRules = 'columns/4';

export type Verdict = 'RUN' | 'SKIP' | 'PARTIAL';
export type DataMode = 'assume' | 'check';

/**
 * What would run and why, with all evidence. Its file is exactly its canonical bytes; the SHA-256 of the file is the
 * plan's document digest. Contract: `execution-plan.json`.
 */
export interface ExecutionPlan {
  readonly schemaVersion: '1.0';
  /** SHA-256 of the canonical plan without this field. */
  readonly digest: string;
  readonly header: PlanHeader;
  /** Sorted by id. */
  readonly entries: readonly PlanEntry[];
  /** What entries read that is not built itself (sources, ephemeral models); sorted by id. */
  readonly inputs: readonly PlanInput[];
  readonly stages: readonly PlanStage[];
}

export interface PlanHeader {
  readonly rules: string;
  readonly project: string;
  readonly adapter: string | null;
  /** The engine that wrote the manifest: `metadata.dbt_version`. */
  readonly engine: string | null;
  readonly snapshot: string;
  /** SHA-256 of manifest.json's bytes. */
  readonly manifest: string;
  /** Hash of the EnvironmentState. */
  readonly state: string;
  /** Selector words as given; null when everything was asked for. */
  readonly selection: PlanSelection | null;
  readonly fullRefresh: boolean;
  readonly data: PlanData;
  /** The batches of microbatch models that are built; absent where all that dbt would. */
  readonly eventTime?: EventTime;
  /** What is read from another environment; absent where nothing may be. */
  readonly defer?: PlanDefer;
  /** Seed id → SHA-256 of its file, where the manifest only has a path. */
  readonly files: Readonly<Record<string, string>>;
  readonly counts: { readonly run: number; readonly skip: number; readonly partial: number };
}

export interface PlanDefer {
  readonly environment: string;
  /** Hash of its EnvironmentState. */
  readonly state: string;
  /** Id → what stands there: nodes that the plan does not build, and that were never built here. */
  readonly nodes: Readonly<Record<string, DeferredNode>>;
}

/** What was built there last. */
export interface DeferredNode {
  readonly fingerprint: string;
  readonly run: string;
  readonly attempt: number;
  readonly relation: string;
  /** In order; empty where they are not known, all of them. */
  readonly columns: readonly string[];
}

/** From `start`, up to `end`; moments in UTC, as dbt takes them. */
export interface EventTime {
  readonly start: string;
  readonly end: string;
}

export interface PlanSelection {
  readonly select: readonly string[];
  readonly exclude: readonly string[];
}

export interface PlanData {
  readonly mode: DataMode;
  /** What is taken to be unchanged without having been looked at. Empty in mode `check`. */
  readonly assumed: readonly { readonly id: string; readonly what: 'source' | 'seed_file' | 'snapshot_input' }[];
  /** Source or seed id → the version that was found; in mode `check`. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface PlanEntry {
  readonly id: string;
  readonly type: string;
  readonly verdict: Verdict;
  /** Never empty. */
  readonly reasons: readonly Reason[];
  /** From the node where the change began to this one; empty when it is not run itself: SKIP, or PARTIAL with `tests_only`. */
  readonly cause: readonly string[];
  /** Of a node that runs, what it reads from the other environment; sorted, absent when nothing. */
  readonly deferred?: readonly string[];
  readonly evidence: Evidence;
}

export interface Evidence extends Made {
  readonly fingerprint: string;
  /** What the environment's state says; null when it says nothing. */
  readonly state: EvidenceState | null;
  /** What the compiled SQL says; null without one. */
  readonly query: EvidenceQuery | null;
}

export interface EvidenceQuery {
  readonly rule: QueryRule;
  /** The function, the name or the syntax that is not known. */
  readonly what?: string;
  /** Hash of all that it gives over what its inputs will hold; null when nobody can tell. */
  readonly result: string | null;
  /** Input → what is read of it: columns, `#rows` for which rows there are, `#all`; empty where nobody had to look. */
  readonly uses: Readonly<Record<string, readonly string[]>>;
}

export interface EvidenceState {
  readonly fingerprint: string | null;
  readonly parts: Readonly<Record<string, string>>;
  readonly upstream: Readonly<Record<string, string>>;
  readonly result: string;
  readonly run: string;
  readonly attempt: number;
  readonly finishedAt: string | null;
  /** What the query gave then. */
  readonly query: { readonly rule: QueryRule; readonly result: string | null } | null;
}

export interface PlanInput extends Made {
  readonly id: string;
  readonly type: string;
  readonly fingerprint: string;
}

/** One dbt invocation. */
export interface PlanStage {
  readonly command: 'build';
  readonly nodes: readonly string[];
}

export type Reason =
  /** The environment has never built the node. */
  | { readonly code: 'never_built' }
  /** Its last run did not succeed: `status` is the engine's word. */
  | { readonly code: 'last_failed'; readonly status: string }
  | { readonly code: 'last_skipped'; readonly status: string }
  /** A part of the node differs from what was built; `query`: what it compiles to does, though its code does not. */
  | { readonly code: 'changed'; readonly part: string; readonly macros?: readonly string[] }
  | UpstreamReason
  | { readonly code: 'full_refresh' }
  /** Some of its batches were asked for: it is built for them, and for no others. */
  | { readonly code: 'event_time'; readonly start: string; readonly end: string }
  | { readonly code: 'data_changed'; readonly id: string }
  | { readonly code: 'data_unknown'; readonly id: string }
  /** Nothing differs. `assumed`: data inputs that were taken to be unchanged. */
  | { readonly code: 'unchanged'; readonly assumed: readonly string[] }
  /** Its text or a macro differs, but not what the query gives. */
  | { readonly code: 'same_query'; readonly parts: readonly string[]; readonly assumed: readonly string[] }
  /** It stays as it is, and these tests of it run. */
  | { readonly code: 'tests_only'; readonly tests: readonly string[] }
  /** Inputs moved, but nothing in them that it reads. */
  | { readonly code: 'same_inputs'; readonly inputs: readonly string[]; readonly assumed: readonly string[] };

/**
 * An input runs in this plan; or passes on that something above it runs (an ephemeral model); or is not what it was
 * when this node was built; or was not, or is no longer, an input.
 */
export interface UpstreamReason {
  readonly code: 'upstream';
  readonly id: string;
  readonly why: 'runs' | 'carries' | 'changed' | 'added' | 'removed';
  /** Why that matters whatever the input holds: `binding` for a view, or the rule that its query falls under. */
  readonly rule?: QueryRule | 'binding';
  /** What it reads of the input that is not as it was. */
  readonly uses?: readonly string[];
}
