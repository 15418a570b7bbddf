// Written by `npm run gen`; do not edit.

/**
 * SHA-256 of canonical bytes or of a file's own bytes.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Digest".
 */
export type Digest = string;
/**
 * `columns`: known column by column; everything else says why not.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "QueryRule".
 */
export type QueryRule =
  | 'columns'
  | 'seed'
  | 'python'
  | 'incremental'
  | 'snapshot'
  | 'materialization'
  | 'hooks'
  | 'sql_header'
  | 'introspective'
  | 'stored_failures'
  | 'hidden_input'
  | 'unparsed'
  | 'unsupported'
  | 'unknown_function'
  | 'unknown_relation'
  | 'unresolved_name'
  | 'limit'
  | 'not_a_query'
  | 'not_compiled'
  | 'not_read';
/**
 * Null: nobody can tell.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ContentHash".
 */
export type ContentHash = string | null;
/**
 * A moment in UTC, as dbt takes it.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "EventTime".
 */
export type EventTime = string;
/**
 * A short name in URLs: lower case, digits, dash, underscore.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Slug".
 */
export type Slug = string;
/**
 * UUIDv7 of a row.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Uuid".
 */
export type Uuid = string;
/**
 * RFC 3339, UTC.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Time".
 */
export type Time = string;
/**
 * Opaque; give it back to get the next page.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Cursor".
 */
export type Cursor = string;
export type Limit = number;
/**
 * noun:verb
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Permission".
 */
export type Permission = string;
export type Role = 'viewer' | 'engineer' | 'steward' | 'admin' | 'owner' | 'service';
/**
 * What grants and the audit call a person: a short name or an e-mail address.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PersonId".
 */
export type PersonId = string;
/**
 * integer: what a double holds exactly; decimal: digits as text; date and timestamp: ISO 8601, UTC.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ColumnType".
 */
export type ColumnType = 'text' | 'integer' | 'float' | 'decimal' | 'boolean' | 'date' | 'timestamp' | 'json';
export type LineageKind = 'value' | 'filter' | 'join' | 'group' | 'order' | 'window';

export interface AllContracts {}
/**
 * What a person arranged on the graph canvas: view, focus, pins. Never part of the graph itself.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "CanvasState".
 */
export interface CanvasState {
  schemaVersion: string;
  snapshot: Digest;
  view: 'map' | 'group' | 'focus';
  focus?: string;
  depth?: {
    up: number;
    down: number;
  };
  viewport?: {
    x: number;
    y: number;
    zoom: number;
  };
  pinned?: {
    urn: string;
    x: number;
    y: number;
  }[];
  collapsed?: string[];
  lens?: 'type' | 'owner' | 'status' | 'cost' | 'freshness';
}
export interface NodeState {
  built: {
    parts: PartHashes;
    upstream: UpstreamPrints;
    fingerprint: Digest;
    macroTable: Digest;
    run: string;
    attempt: number;
    finishedAt: string | null;
    relation: string | null;
    data: {
      [k: string]: string;
    };
    /**
     * What its compiled SQL says; absent where nobody looked.
     */
    query?: {
      text: string;
      settings: string;
      rule: QueryRule;
      result: ContentHash;
      content: {
        rows: ContentHash;
        columns: {
          [k: string]: ContentHash;
        };
        names: string[];
        rest?: ContentHash;
        self: ContentHash;
      };
    };
  } | null;
  last: {
    result: 'succeeded' | 'failed' | 'skipped';
    status: string;
    run: string;
    attempt: number;
    finishedAt: string | null;
  };
}
/**
 * Part of a node's own identity to its hash.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PartHashes".
 */
export interface PartHashes {
  [k: string]: Digest;
}
/**
 * Direct input to its fingerprint.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "UpstreamPrints".
 */
export interface UpstreamPrints {
  [k: string]: string;
}
/**
 * What an environment holds: for every node, what it was built from and how its last run ended.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "EnvironmentState".
 */
export interface EnvironmentState {
  schemaVersion: string;
  nodes: {
    [k: string]: NodeState;
  };
  /**
   * Fingerprint to what it was made of, for inputs that are not built themselves.
   */
  inputs: {
    [k: string]: {
      id: string;
      parts: PartHashes;
      upstream: UpstreamPrints;
      macroTable: Digest;
    };
  };
  /**
   * Hash to macro id to the hash of its SQL.
   */
  macroTables: {
    [k: string]: {
      [k: string]: Digest;
    };
  };
  /**
   * Hash of a `macros` part to the ids of the macros reached.
   */
  reached: {
    [k: string]: string[];
  };
}
/**
 * The verdict on one node. PARTIAL: only the batches of the plan's event time are built, or only its tests run. `cause`: ids from where a change began to this node; empty when it is skipped itself.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlanEntry".
 */
export interface PlanEntry {
  id: string;
  type: string;
  verdict: 'RUN' | 'SKIP' | 'PARTIAL';
  /**
   * @minItems 1
   */
  reasons: PlanReason[];
  cause: string[];
  evidence: {
    parts: PartHashes;
    upstream: UpstreamPrints;
    fingerprint: Digest;
    state: {
      fingerprint: Digest | null;
      parts: PartHashes;
      upstream: UpstreamPrints;
      result: 'succeeded' | 'failed' | 'skipped';
      run: string;
      attempt: number;
      finishedAt: string | null;
      query?: {
        rule: QueryRule;
        result: ContentHash;
      } | null;
    } | null;
    query?: {
      rule: QueryRule;
      what?: string;
      result: ContentHash;
      /**
       * Input to what is read of it.
       */
      uses: {
        [k: string]: string[];
      };
    } | null;
  };
  /**
   * Of a node that runs: what it reads from the other environment.
   *
   * @minItems 1
   */
  deferred?: string[];
}
/**
 * Why a verdict is what it is.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlanReason".
 */
export interface PlanReason {
  code:
    | 'never_built'
    | 'last_failed'
    | 'last_skipped'
    | 'changed'
    | 'upstream'
    | 'full_refresh'
    | 'data_changed'
    | 'data_unknown'
    | 'unchanged'
    | 'same_query'
    | 'same_inputs'
    | 'event_time'
    | 'tests_only';
  status?: string;
  part?: string;
  macros?: string[];
  id?: string;
  why?: 'runs' | 'carries' | 'changed' | 'added' | 'removed';
  assumed?: string[];
  parts?: string[];
  inputs?: string[];
  uses?: string[];
  rule?:
    | 'columns'
    | 'seed'
    | 'python'
    | 'incremental'
    | 'snapshot'
    | 'materialization'
    | 'hooks'
    | 'sql_header'
    | 'introspective'
    | 'stored_failures'
    | 'hidden_input'
    | 'unparsed'
    | 'unsupported'
    | 'unknown_function'
    | 'unknown_relation'
    | 'unresolved_name'
    | 'limit'
    | 'not_a_query'
    | 'not_compiled'
    | 'not_read'
    | 'binding';
  start?: EventTime;
  end?: EventTime;
  /**
   * @minItems 1
   */
  tests?: string[];
}
/**
 * What entries read that is not built itself.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlanInput".
 */
export interface PlanInput {
  id: string;
  type: string;
  parts: PartHashes;
  upstream: UpstreamPrints;
  fingerprint: Digest;
}
/**
 * What was built there last, and from what.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "DeferredNode".
 */
export interface DeferredNode {
  fingerprint: Digest;
  run: string;
  attempt: number;
  relation: string;
  /**
   * Empty where they are not known, all of them.
   */
  columns: string[];
}
/**
 * What would run and why, with all evidence. Its file is exactly its canonical bytes; `digest` is the hash of the canonical plan without that field.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ExecutionPlan".
 */
export interface ExecutionPlan {
  schemaVersion: string;
  digest: Digest;
  header: {
    /**
     * The rules that verdicts follow.
     */
    rules: string;
    project: string;
    adapter: string | null;
    engine: string | null;
    snapshot: Digest;
    manifest: Digest;
    state: Digest;
    selection: {
      select: string[];
      exclude: string[];
    } | null;
    fullRefresh: boolean;
    data: {
      mode: 'assume' | 'check';
      assumed: {
        id: string;
        what: 'source' | 'seed_file' | 'snapshot_input';
      }[];
      /**
       * Source or seed id to the version of its data that was found.
       */
      versions: {
        [k: string]: string;
      };
    };
    /**
     * Seed id to the hash of its file, where the manifest has only a path.
     */
    files: {
      [k: string]: Digest;
    };
    counts: {
      run: number;
      skip: number;
      partial: number;
    };
    /**
     * From `start`, up to `end`: the batches of microbatch models that are built. Absent without.
     */
    eventTime?: {
      start: EventTime;
      end: EventTime;
    };
    /**
     * What is read from another environment, as its state says: nodes that this plan does not build and that were never built here.
     */
    defer?: {
      environment: Slug;
      state: Digest;
      nodes: {
        [k: string]: DeferredNode;
      };
    };
  };
  entries: PlanEntry[];
  inputs: PlanInput[];
  /**
   * Items: One dbt invocation.
   */
  stages: {
    command: 'build';
    /**
     * @minItems 1
     */
    nodes: string[];
  }[];
}
/**
 * Anything enabled that can stand at the end of an edge.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "GraphNode".
 */
export interface GraphNode {
  /**
   * dbt's unique_id.
   */
  id: string;
  type: string;
  name: string;
  package: string;
  path?: string;
  fqn?: string[];
  description?: string;
  tags?: string[];
  owner?: string;
  group?: string;
  access?: string;
  materialized?: string;
  version?: string;
  relation?: {
    database: string | null;
    schema: string | null;
    identifier: string;
  };
  columns?: {
    name: string;
    type?: string;
    description?: string;
    tags?: string[];
    /**
     * Documented, but the warehouse has no such column.
     */
    absent?: true;
  }[];
  config?: {};
  meta?: {};
  code?: {
    language: string;
    hash: Digest;
  };
  contract?: boolean;
  test?: {
    kind: string;
    column?: string;
    attachedTo?: string;
    severity?: string;
  };
  exposure?: {
    kind: string;
    maturity?: string;
    url?: string;
  };
  /**
   * Ids of enabled nodes that this one reads, sorted.
   */
  dependsOn: string[];
  /**
   * Ids it names that are disabled or not there.
   */
  missing?: string[];
}
/**
 * A dbt project as one graph, in canonical order and without anything that changes by itself. The URN of a node is hg:<project>/<id>.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LogicalGraph".
 */
export interface LogicalGraph {
  schemaVersion: string;
  project: string;
  adapter: string | null;
  nodes: GraphNode[];
}
/**
 * RFC 9457 problem: what was wrong, where, and what to do.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Problem".
 */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  where?: string;
  hint?: string;
  requestId?: string;
  [k: string]: unknown;
}
/**
 * One immutable fact: the CloudEvents 1.0 envelope that every event travels in, and the audit leaf it is.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ProvenanceEvent".
 */
export interface ProvenanceEvent {
  schemaVersion: string;
  specversion: '1.0';
  id: Uuid;
  time: Time;
  source: string;
  type: string;
  org: Uuid;
  service: string;
  /**
   * Gapless per (org, service), from 1.
   */
  ordinal: number;
  actor: Actor;
  project?: Slug;
  environment?: Slug;
  requestid?: string;
  traceparent?: string;
  correlationid?: string;
  causationid?: string;
  /**
   * What changed, redacted.
   */
  diff?: {
    [k: string]: unknown;
  };
  data: {
    [k: string]: unknown;
  };
  leafhash?: Digest;
  [k: string]: unknown;
}
/**
 * Who did it.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Actor".
 */
export interface Actor {
  kind: 'person' | 'service-account' | 'service';
  id: string;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Empty".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "FeedsRemoveOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "GrantsRemoveOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "GrantsDenyOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LimitsRemoveOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LineageOverridesRemoveOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SchedulesRemoveOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SelectionsRemoveOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SessionsCloseOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SessionsEndOutput".
 */
export interface Empty {}
/**
 * A run has log lines up to this sequence number.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LogAppended".
 */
export interface LogAppended {
  project: Slug;
  environment: Slug;
  run: Uuid;
  last: number;
}
/**
 * A request was refused by the authorization rules.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "AccessDenied".
 */
export interface AccessDenied {
  operation: string;
  permission: Permission;
  because: string;
  project?: Slug;
  environment?: Slug;
}
/**
 * A dbt artifact was taken whole.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ArtifactIngested".
 */
export interface ArtifactIngested {
  project: Slug;
  environment: Slug;
  artifact: Digest;
  kind: 'manifest' | 'catalog' | 'run_results' | 'sources';
  ingest: Uuid;
  run?: Uuid;
  /**
   * SHA-256 of canonical bytes or of a file's own bytes.
   */
  manifest?: string;
}
/**
 * A task's end moved a dataset to a new version.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "DatasetCommitted".
 */
export interface DatasetCommitted {
  project: Slug;
  environment: Slug;
  dataset: Slug;
  version: number;
  mode: 'replace' | 'append';
  task: Uuid;
  attempt: number;
  part: Uuid;
  rows: number;
  digest: Digest;
}
/**
 * Old versions of a dataset were forgotten.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "DatasetPurged".
 */
export interface DatasetPurged {
  project: Slug;
  environment: Slug;
  dataset: Slug;
  keep: number;
  versions: number;
  parts: number;
  before: number;
}
/**
 * An environment's settings or variables changed; values are never in the event.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "EnvironmentChanged".
 */
export interface EnvironmentChanged {
  project: Slug;
  environment: Slug;
  changed: string[];
}
/**
 * A project has one more environment.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "EnvironmentCreated".
 */
export interface EnvironmentCreated {
  project: Slug;
  environment: Slug;
  adapter: string;
}
/**
 * Secret variables of an environment were given, in plaintext, to the sandbox that asked for them.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "EnvironmentRevealed".
 */
export interface EnvironmentRevealed {
  project: Slug;
  environment: Slug;
  names: string[];
}
/**
 * Artifacts are not pulled from there any more.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "FeedRemoved".
 */
export interface FeedRemoved {
  project: Slug;
  environment: Slug;
  feed: Slug;
}
/**
 * Artifacts are pulled from somewhere; credentials are told of by kind only.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "FeedSaved".
 */
export interface FeedSaved {
  project: Slug;
  environment: Slug;
  feed: Slug;
  url: string;
  endpoint?: string;
  region?: string;
  pathStyle?: boolean;
  everyMinutes?: number;
  credentials: 'none' | 'aws' | 'basic' | 'bearer' | 'header';
}
/**
 * Somebody's role changed; the grant version rises by one.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "GrantChanged".
 */
export interface GrantChanged {
  subject: Actor;
  role: Role | null;
  project?: Slug;
  environment?: Slug;
  grantVersion: number;
}
/**
 * Jobs that ended long ago, with their tasks and attempts, are kept no longer. What happened to them stays in the audit.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "JobRemoved".
 */
export interface JobRemoved {
  jobs: number;
  tasks: number;
  /**
   * How long they were kept after they had ended.
   */
  days: number;
}
/**
 * Tasks of a rate key start as soon as they can again.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LimitRemoved".
 */
export interface LimitRemoved {
  key: string;
}
/**
 * An organization said how often tasks of a rate key may start.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LimitSet".
 */
export interface LimitSet {
  key: string;
  starts: number;
  seconds: number;
  burst: number;
}
/**
 * Column lineage of a manifest became visible in an environment.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LineageCommitted".
 */
export interface LineageCommitted {
  project: Slug;
  environment: Slug;
  status: 'complete' | 'none';
  manifest: Digest;
  catalog?: Digest;
  seq: number;
  nodes: number;
  edges: number;
  computed: number;
  failed: number;
}
/**
 * Somebody confirmed, rejected or added an edge of column lineage.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LineageOverridden".
 */
export interface LineageOverridden {
  project: Slug;
  id: Uuid;
  source: string;
  target: string;
  kind: 'value' | 'filter' | 'join' | 'group' | 'order' | 'window';
  decision: 'confirm' | 'reject' | 'add';
  reason: string;
  by: string;
}
/**
 * A decision about an edge of column lineage was taken back.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LineageOverrideRemoved".
 */
export interface LineageOverrideRemoved {
  project: Slug;
  id: Uuid;
  source: string;
  target: string;
  kind: 'value' | 'filter' | 'join' | 'group' | 'order' | 'window';
}
/**
 * A one-time link for signing in was made; only its hash is kept.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LinkCreated".
 */
export interface LinkCreated {
  link: Uuid;
  person: PersonId;
  expiresAt: Time;
}
/**
 * A one-time link was used up; a session follows.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LinkUsed".
 */
export interface LinkUsed {
  link: Uuid;
  person: PersonId;
}
/**
 * An organization exists.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "OrgCreated".
 */
export interface OrgCreated {
  org: Uuid;
  slug: Slug;
  name: string;
}
/**
 * Somebody may sign in.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PersonCreated".
 */
export interface PersonCreated {
  person: PersonId;
  name: string;
}
/**
 * A plan may run, or may not.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlanDecided".
 */
export interface PlanDecided {
  project: Slug;
  environment: Slug;
  plan: Uuid;
  document: Digest;
  verdict: 'allow' | 'deny';
  by: string;
  snapshot: Digest;
  revision?: Digest;
}
/**
 * A plan says for every node whether it runs, and why.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlanProposed".
 */
export interface PlanProposed {
  project: Slug;
  environment: Slug;
  plan: Uuid;
  document: Digest;
  snapshot: Digest;
  run: number;
  skip: number;
  partial: number;
}
/**
 * A project exists in the organization.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ProjectCreated".
 */
export interface ProjectCreated {
  project: Slug;
  name: string;
}
/**
 * A state of the project's files, by content, is known.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RevisionCreated".
 */
export interface RevisionCreated {
  project: Slug;
  environment: Slug;
  revision: Digest;
  files: number;
  bytes: number;
}
/**
 * Somebody asked for a run to stop.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RunCancelRequested".
 */
export interface RunCancelRequested {
  project: Slug;
  environment: Slug;
  run: Uuid;
}
/**
 * A run ended; its outputs are named by digest.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RunFinished".
 */
export interface RunFinished {
  project: Slug;
  environment: Slug;
  run: Uuid;
  kind: 'plan' | 'parse' | 'operation';
  outcome: 'succeeded' | 'failed' | 'cancelled';
  plan?: Uuid;
  document?: Digest;
  revision: Digest;
  attempt: number;
  artifacts: {
    name: string;
    blob: Digest;
    bytes: number;
  }[];
  reason?: string;
  /**
   * UUIDv7 of a row.
   */
  origin?: string;
}
/**
 * Somebody else's run told how nodes ended in it.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RunObserved".
 */
export interface RunObserved {
  project: Slug;
  environment: Slug;
  run: string;
  nodes: {
    node: string;
    status: string;
  }[];
}
/**
 * A run waits to be executed, stage by stage.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RunRequested".
 */
export interface RunRequested {
  project: Slug;
  environment: Slug;
  run: Uuid;
  kind: 'plan' | 'parse' | 'operation';
  plan?: Uuid;
  revision: Digest;
  concurrencyKey: string;
  /**
   * @minItems 1
   *
   * Items: One dbt invocation. `selectors`: blob of a selectors.yml for the overlay.
   */
  stages: {
    /**
     * dbt's arguments, without the executable.
     *
     * @minItems 1
     */
    command: string[];
    selectors?: Digest;
    /**
     * What is read from another environment: blob of the manifest that dbt defers to; `attach`: the database of a file there, and the name that it is read under.
     */
    defer?: {
      environment: Slug;
      manifest: Digest;
      attach?: {
        database: string;
        as: string;
      };
    };
  }[];
  /**
   * UUIDv7 of a row.
   */
  origin?: string;
}
/**
 * A schedule is another one, rests, or goes on.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ScheduleChanged".
 */
export interface ScheduleChanged {
  project: Slug;
  environment: Slug;
  schedule: Slug;
}
/**
 * An environment is to be run again and again.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ScheduleCreated".
 */
export interface ScheduleCreated {
  project: Slug;
  environment: Slug;
  schedule: Slug;
}
/**
 * A schedule was set off: its environment is planned and run once its turn comes.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ScheduleFired".
 */
export interface ScheduleFired {
  project: Slug;
  environment: Slug;
  schedule: Slug;
  fire: Uuid;
  trigger: 'cron' | 'ingest' | 'upstream' | 'manual' | 'api';
  cause: string;
  plannedAt?: Time;
  missed?: number;
}
/**
 * A schedule was forgotten.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ScheduleRemoved".
 */
export interface ScheduleRemoved {
  project: Slug;
  environment: Slug;
  schedule: Slug;
}
/**
 * A schedule was not set off, or its fire did not come to its turn.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ScheduleSkipped".
 */
export interface ScheduleSkipped {
  project: Slug;
  environment: Slug;
  schedule: Slug;
  fire: Uuid;
  trigger: 'cron' | 'ingest' | 'upstream' | 'manual' | 'api';
  cause: string;
  plannedAt?: Time;
  missed?: number;
  reason: string;
}
/**
 * A fire's plan was decided, and for a long time no run of it began; its environment is free for the next fire. Should the run begin after all, the fire ends as that does.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ScheduleStranded".
 */
export interface ScheduleStranded {
  project: Slug;
  environment: Slug;
  schedule: Slug;
  fire: Uuid;
  plan: Uuid;
  cause: string;
  reason: string;
}
/**
 * A saved selection was forgotten.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SelectionRemoved".
 */
export interface SelectionRemoved {
  project: Slug;
  name: Slug;
}
/**
 * A selection was kept under a name.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SelectionSaved".
 */
export interface SelectionSaved {
  project: Slug;
  name: Slug;
}
/**
 * A session ended before its time.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SessionClosed".
 */
export interface SessionClosed {
  session: Uuid;
  person: PersonId;
  because: 'signed-out' | 'signed-in-again' | 'ended';
}
/**
 * A person signed in.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SessionOpened".
 */
export interface SessionOpened {
  session: Uuid;
  person: PersonId;
  /**
   * The issuer that vouched, or `link`.
   */
  by: string;
}
/**
 * Somebody was not let in.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SessionRefused".
 */
export interface SessionRefused {
  person?: PersonId;
  by?: string;
  because: string;
}
/**
 * A new graph became visible in an environment.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SnapshotCommitted".
 */
export interface SnapshotCommitted {
  project: Slug;
  environment: Slug;
  snapshot: Digest;
  seq: number;
  nodes: number;
  edges: number;
  manifest: Digest;
  revision?: Digest;
}
/**
 * Snapshots that nothing needs any more were removed, with what only they showed.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SnapshotExpired".
 */
export interface SnapshotExpired {
  project: Slug;
  environment: Slug;
  snapshots: {
    seq: number;
    snapshot: Digest;
  }[];
  /**
   * How many delivered files are not kept any more.
   */
  artifacts: number;
  /**
   * How many rows of the index only those snapshots showed.
   */
  rows: number;
}
/**
 * Whoever works on this attempt is asked to stop.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "TaskCancelRequested".
 */
export interface TaskCancelRequested {
  project: Slug;
  environment: Slug;
  job: Uuid;
  task: Uuid;
  attempt: number;
  cause: string;
}
/**
 * A worker holds the lease of an attempt.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "TaskClaimed".
 */
export interface TaskClaimed {
  project: Slug;
  environment: Slug;
  job: Uuid;
  task: Uuid;
  attempt: number;
  worker: string;
  run: Uuid;
}
/**
 * A dead letter will not be tried again.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "TaskDiscarded".
 */
export interface TaskDiscarded {
  project: Slug;
  environment: Slug;
  job: Uuid;
  task: Uuid;
  reason: string;
}
/**
 * A lease ran out; the attempt is fenced off.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "TaskExpired".
 */
export interface TaskExpired {
  project: Slug;
  environment: Slug;
  job: Uuid;
  task: Uuid;
  attempt: number;
  again: boolean;
}
/**
 * An attempt committed its outcome; no other attempt can.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "TaskFinished".
 */
export interface TaskFinished {
  project: Slug;
  environment: Slug;
  job: Uuid;
  task: Uuid;
  attempt: number;
  outcome: 'succeeded' | 'failed' | 'cancelled';
  result: {
    [k: string]: unknown;
  };
  cause?: string;
  run: Uuid;
}
/**
 * A unit of work waits for a worker.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "TaskQueued".
 */
export interface TaskQueued {
  project: Slug;
  environment: Slug;
  job: Uuid;
  task: Uuid;
  operator: string;
}
/**
 * A dead letter is tried again, as a new job.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "TaskReplayed".
 */
export interface TaskReplayed {
  project: Slug;
  environment: Slug;
  job: Uuid;
  task: Uuid;
  replay: Uuid;
}
/**
 * A service token was made; only its hash is kept.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "TokenCreated".
 */
export interface TokenCreated {
  token: Uuid;
  name: string;
  role: Role;
  expiresAt?: Time;
  project?: Slug;
  environment?: Slug;
}
/**
 * A service token no longer works.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "TokenRevoked".
 */
export interface TokenRevoked {
  token: Uuid;
}
export interface Asset {
  urn: string;
  id: string;
  type: string;
  name: string;
  package: string;
  description: string;
  tags: string[];
  materialization?: string;
  relation?: string;
  owner?: string;
  columns?: number;
  database?: string;
  schema?: string;
  group?: string;
  access?: string;
  path?: string;
}
export interface Hit {
  urn: string;
  id: string;
  type: string;
  name: string;
  package: string;
  description: string;
  tags: string[];
  materialization?: string;
  relation?: string;
  owner?: string;
  columns?: number;
  /**
   * Where it matched; matches stand between «».
   */
  fragment?: string;
  rank?: number;
  database?: string;
  schema?: string;
  group?: string;
  access?: string;
  path?: string;
  /**
   * Where it matched, best field first.
   */
  fragments?: Fragment[];
  status?: NodeStatus;
}
/**
 * A piece of plain text with its matches; never HTML.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Fragment".
 */
export interface Fragment {
  field: 'name' | 'columns' | 'tags' | 'relation' | 'description';
  text: string;
  /**
   * Matches, as [start, end) in UTF-16 units of `text`, in order, not overlapping.
   */
  marks: number[][];
}
/**
 * How a node ended the last time it ran.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "NodeStatus".
 */
export interface NodeStatus {
  /**
   * dbt's word: success, error, skipped, pass, fail, warn …
   */
  status: string;
  run: string;
  finishedAt?: Time;
  durationMs?: number;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "AssetDetail".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "AssetsGetOutput".
 */
export interface AssetDetail {
  asset: Asset;
  columns: AssetColumn[];
  parents: Asset[];
  children: Asset[];
  snapshot: Digest;
  columnCount: number;
  parentCount: number;
  childCount: number;
  /**
   * Tests on it, those of its columns included.
   */
  tests: AssetTest[];
  statistics: RunStatistics;
  fqn?: string[];
  version?: string;
  contract?: boolean;
  language?: string;
  /**
   * Left out above 64 kB.
   */
  meta?: {};
  /**
   * Left out above 64 kB.
   */
  config?: {};
  exposure?: {
    kind: string;
    maturity?: string;
    url?: string;
  };
  /**
   * Ids it names that are disabled or not there.
   */
  missing?: string[];
  /**
   * Whether a list here holds less than its count.
   */
  truncated: boolean;
}
export interface AssetColumn {
  name: string;
  type?: string;
  description?: string;
  tags?: string[];
  /**
   * Documented, but the warehouse has no such column.
   */
  absent?: boolean;
  tests?: AssetTest[];
}
export interface AssetTest {
  id: string;
  kind: string;
  column?: string;
  severity?: string;
  status?: NodeStatus;
}
/**
 * How an asset ran, over its newest 200 runs.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RunStatistics".
 */
export interface RunStatistics {
  runs: number;
  succeeded: number;
  failed: number;
  last?: NodeStatus;
  medianMs?: number;
  p95Ms?: number;
  /**
   * Newest first, 30 at most.
   */
  recent: NodeStatus[];
}
/**
 * `value` is empty for assets that have none.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "FacetCount".
 */
export interface FacetCount {
  value: string;
  count: number;
}
/**
 * Assets by value, most first, 50 values at most. Each is counted under all filters but its own.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Facets".
 */
export interface Facets {
  type: FacetCount[];
  package: FacetCount[];
  tag: FacetCount[];
  owner: FacetCount[];
  materialization: FacetCount[];
  database: FacetCount[];
}
export interface AssetsSearchInput {
  project: Slug;
  environment: Slug;
  q?: string;
  type?: string;
  package?: string;
  tag?: string;
  owner?: string;
  materialization?: string;
  database?: string;
  /**
   * Whether to count facets too.
   */
  facets?: boolean;
  cursor?: Cursor;
  limit?: Limit;
}
export interface AssetsSearchOutput {
  items: Hit[];
  next?: Cursor;
  total: number;
  capped: boolean;
  facets?: Facets;
  /**
   * Whether facets count a part of the matches only.
   */
  facetsCapped?: boolean;
  /**
   * Nothing matches; these names are nearly so.
   */
  approximate?: boolean;
}
export interface AssetsGetInput {
  project: Slug;
  environment: Slug;
  asset: string;
}
export interface AssetsImpactInput {
  project: Slug;
  environment: Slug;
  asset: string;
  cursor?: Cursor;
  limit?: number;
}
export interface AssetsImpactOutput {
  asset: string;
  snapshot: Digest;
  total: number;
  byType: {
    [k: string]: number;
  };
  items: Asset[];
  truncated: boolean;
  byOwner: FacetCount[];
  byPackage: FacetCount[];
  /**
   * 100 at most.
   */
  exposures: Asset[];
  exposureCount: number;
  next?: Cursor;
}
export interface AssetsCodeInput {
  project: Slug;
  environment: Slug;
  asset: string;
}
export interface AssetsCodeOutput {
  id: string;
  language?: string;
  raw?: string;
  compiled?: string;
  path?: string;
  patchPath?: string;
  compiledPath?: string;
  /**
   * Whether a text was cut; the manifest has all of it.
   */
  truncated: boolean;
}
export interface AuditLeaf {
  index: number;
  event: Uuid;
  type: string;
  service: string;
  ordinal: number;
  at: Time;
  actor: Actor;
  leafHash: Digest;
  project?: Slug;
  environment?: Slug;
  summary?: string;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Checkpoint".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "AuditCheckpointOutput".
 */
export interface Checkpoint {
  org: Uuid;
  size: number;
  root: Digest;
  at: Time;
  previous: Digest | null;
  signature: string;
  key: string;
}
export interface AuditSearchInput {
  q?: string;
  type?: string;
  project?: Slug;
  environment?: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface AuditSearchOutput {
  items: AuditLeaf[];
  next?: Cursor;
}
export interface AuditCheckpointInput {}
export interface AuditInclusionInput {
  event: Uuid;
}
export interface AuditInclusionOutput {
  leaf: AuditLeaf;
  checkpoint: Checkpoint;
  path: Digest[];
}
export interface AuditConsistencyInput {
  from: number;
}
export interface AuditConsistencyOutput {
  from: number;
  checkpoint: Checkpoint;
  path: Digest[];
}
export interface AuditVerifyInput {}
export interface AuditVerifyOutput {
  ok: boolean;
  leaves: number;
  checkpoint?: Checkpoint;
  findings: {
    code: string;
    service?: string;
    ordinal?: number;
    message: string;
  }[];
}
export interface AuditExportInput {}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "AuditExportOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Blob".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "BlobsPutOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlansDocumentOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlansStateOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlansDeferredOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RunsArtifactOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SnapshotsGraphOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SnapshotsManifestOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SnapshotsSkeletonOutput".
 */
export interface Blob {
  blob: Digest;
  bytes: number;
}
export interface BlobsPutInput {
  digest: Digest;
}
export interface ColumnHit {
  node: string;
  nodeName: string;
  type: string;
  package: string;
  column: string;
  dataType?: string;
  description?: string;
  /**
   * Matches, as [start, end) in UTF-16 units of `text`, in order, not overlapping.
   */
  marks: number[][];
  tests: number;
}
export interface ColumnsSearchInput {
  project: Slug;
  environment: Slug;
  q?: string;
  cursor?: Cursor;
  limit?: Limit;
}
export interface ColumnsSearchOutput {
  items: ColumnHit[];
  total: number;
  next?: Cursor;
}
export interface DatasetColumn {
  name: string;
  type: ColumnType;
}
export interface Dataset {
  project: Slug;
  environment: Slug;
  name: Slug;
  /**
   * The current one.
   */
  version: number;
  rows: number;
  columns: DatasetColumn[];
  changedAt: Time;
}
export interface DatasetVersion {
  version: number;
  mode: 'replace' | 'append';
  rows: number;
  /**
   * Rows that its own attempt staged.
   */
  added: number;
  task: Uuid;
  attempt: number;
  committedAt: Time;
}
export interface DatasetsListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface DatasetsListOutput {
  items: Dataset[];
  next?: Cursor;
}
export interface DatasetsShowInput {
  project: Slug;
  environment: Slug;
  dataset: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface DatasetsShowOutput {
  dataset: Dataset;
  items: DatasetVersion[];
  next?: Cursor;
}
export interface DatasetsRowsInput {
  project: Slug;
  environment: Slug;
  dataset: Slug;
  /**
   * The current one unless told.
   */
  version?: number;
  cursor?: Cursor;
  limit?: Limit;
}
export interface DatasetsRowsOutput {
  version: number;
  columns: DatasetColumn[];
  items: {
    [k: string]: unknown;
  }[];
  next?: Cursor;
}
export interface DatasetsPurgeInput {
  project: Slug;
  environment: Slug;
  dataset: Slug;
  keep: number;
}
export interface DatasetsPurgeOutput {
  /**
   * How many were forgotten.
   */
  versions: number;
  /**
   * How many nobody references any more; their rows go soon after.
   */
  parts: number;
  /**
   * Older versions that stay, because a task names them as its input.
   */
  kept: number[];
}
export interface DatasetsStageInput {
  org: Uuid;
  task: Uuid;
  attempt: number;
  worker: string;
  dataset: Slug;
  /**
   * 0, 1, 2, …, without gaps by the time of the commit.
   */
  batch: number;
  /**
   * The same in all batches.
   *
   * @minItems 1
   * @maxItems 500
   */
  columns: DatasetColumn[];
  /**
   * 256 kB at most, as JSON. A column that is left out is null.
   *
   * @maxItems 10000
   */
  rows: {
    [k: string]: unknown;
  }[];
}
export interface DatasetsStageOutput {
  part: Uuid;
  rows: number;
  digest: Digest;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "DeadLetter".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "DeadLettersDiscardOutput".
 */
export interface DeadLetter {
  project: Slug;
  environment: Slug;
  task: Uuid;
  job: Uuid;
  name: string;
  operator: string;
  cause?: string;
  attempts: number;
  deadAt: Time;
  state: 'open' | 'replayed' | 'discarded';
  origin: Uuid;
  reason?: string;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "DeadLetterHistory".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "DeadLettersGetOutput".
 */
export interface DeadLetterHistory {
  project: Slug;
  environment: Slug;
  task: Uuid;
  job: Uuid;
  name: string;
  operator: string;
  cause?: string;
  attempts: number;
  deadAt: Time;
  state: 'open' | 'replayed' | 'discarded';
  origin: Uuid;
  reason?: string;
  spec: {
    [k: string]: unknown;
  };
  history: {
    attempt: number;
    worker: string;
    startedAt: Time;
    finishedAt?: Time;
    outcome?: string;
    cause?: string;
  }[];
}
export interface DeadLettersListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface DeadLettersListOutput {
  items: DeadLetter[];
  next?: Cursor;
}
export interface DeadLettersGetInput {
  task: Uuid;
}
export interface DeadLettersReplayInput {
  task: Uuid;
}
export interface DeadLettersReplayOutput {
  job: Uuid;
}
export interface DeadLettersDiscardInput {
  task: Uuid;
  reason: string;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Environment".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "EnvironmentsGetOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "EnvironmentsCreateOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "EnvironmentsPutVariableOutput".
 */
export interface Environment {
  project: Slug;
  environment: Slug;
  adapter: string;
  dbtVersion: string;
  createdAt: Time;
  /**
   * Names only; a value is never shown.
   */
  variables: {
    name: string;
    secret: boolean;
  }[];
}
export interface EnvironmentsListInput {
  project: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface EnvironmentsListOutput {
  items: Environment[];
  next?: Cursor;
}
export interface EnvironmentsGetInput {
  project: Slug;
  environment: Slug;
}
export interface EnvironmentsCreateInput {
  project: Slug;
  environment: Slug;
  adapter?: 'duckdb' | 'postgres';
  dbtVersion?: string;
}
export interface EnvironmentsPutVariableInput {
  project: Slug;
  environment: Slug;
  name: string;
  value: string;
  secret?: boolean;
}
export interface EnvironmentsRevealInput {
  project: Slug;
  environment: Slug;
}
export interface EnvironmentsRevealOutput {
  adapter: string;
  dbtVersion: string;
  variables: {
    name: string;
    value: string;
    secret: boolean;
  }[];
}
/**
 * Where an environment's artifacts are pulled from.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Feed".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "FeedsGetOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "FeedsPullOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "FeedsPutOutput".
 */
export interface Feed {
  project: Slug;
  environment: Slug;
  feed: Slug;
  url: string;
  /**
   * An S3-compatible store that is not AWS: its https address.
   */
  endpoint?: string;
  /**
   * Of the bucket; us-east-1 when nobody says.
   */
  region?: string;
  /**
   * Whether the bucket stands in the path, not in the host's name; so by default when an endpoint is named.
   */
  pathStyle?: boolean;
  /**
   * How often to look; without it, only when asked.
   */
  everyMinutes?: number;
  /**
   * Of what kind; they themselves are never shown.
   */
  credentials: 'none' | 'aws' | 'basic' | 'bearer' | 'header';
  savedBy: string;
  savedAt: Time;
  last?: FeedPull;
}
/**
 * How the last look went.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "FeedPull".
 */
export interface FeedPull {
  at: Time;
  outcome: 'taken' | 'unchanged' | 'failed';
  files: {
    name: string;
    /**
     * read: it came, and was not taken. forbidden: S3 says so of what is not there, too, to those who may not list.
     */
    state: 'taken' | 'read' | 'unchanged' | 'absent' | 'forbidden' | 'failed';
    bytes?: number;
  }[];
  ingest?: Uuid;
  snapshot?: Digest;
  snapshotIsNew?: boolean;
  error?: {
    code: string;
    detail: string;
    where?: string;
    hint?: string;
  };
}
export interface FeedsGetInput {
  project: Slug;
  environment: Slug;
  feed: Slug;
}
export interface FeedsListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface FeedsListOutput {
  items: Feed[];
  next?: Cursor;
}
export interface FeedsPullInput {
  project: Slug;
  environment: Slug;
  feed: Slug;
  /**
   * Read and take everything again, changed or not.
   */
  force?: boolean;
}
export interface FeedsPutInput {
  project: Slug;
  environment: Slug;
  feed: Slug;
  /**
   * Where the artifacts lie: s3://bucket/prefix, or the https address of a folder or of one file.
   */
  url: string;
  /**
   * An S3-compatible store that is not AWS: its https address.
   */
  endpoint?: string;
  /**
   * Of the bucket; us-east-1 when nobody says.
   */
  region?: string;
  /**
   * Whether the bucket stands in the path, not in the host's name; so by default when an endpoint is named.
   */
  pathStyle?: boolean;
  /**
   * How often to look; without it, only when asked.
   */
  everyMinutes?: number;
  credentials?: {
    kind: 'aws' | 'basic' | 'bearer' | 'header';
    /**
     * aws: the access key's id. basic: the user. header: what the header is called.
     */
    name?: string;
    /**
     * aws: the secret access key. basic: the password. bearer: the token. header: its value. Sealed at once.
     */
    secret: string;
    /**
     * aws: of temporary credentials.
     */
    sessionToken?: string;
  };
}
export interface FeedsRemoveInput {
  project: Slug;
  environment: Slug;
  feed: Slug;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Grant".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "GrantsPutOutput".
 */
export interface Grant {
  subject: Actor;
  role: Role;
  project?: Slug;
  environment?: Slug;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Can".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "GrantsCanOutput".
 */
export interface Can {
  allowed: boolean;
  permission: Permission;
  because: string;
}
export interface GrantsListInput {
  cursor?: Cursor;
  limit?: Limit;
}
export interface GrantsListOutput {
  items: Grant[];
  next?: Cursor;
}
export interface GrantsPutInput {
  subject: Actor;
  role: Role;
  project?: Slug;
  environment?: Slug;
}
export interface GrantsRemoveInput {
  subject: Actor;
  project?: Slug;
  environment?: Slug;
}
export interface GrantsCanInput {
  permission: Permission;
  project?: Slug;
  environment?: Slug;
}
export interface GrantsDenyInput {
  operation: string;
  permission: Permission;
  because: string;
  project?: Slug;
  environment?: Slug;
}
/**
 * What a drawing shows of a node.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "NodeCard".
 */
export interface NodeCard {
  id: string;
  type: string;
  name: string;
  package: string;
  /**
   * Distance from the root: negative towards what it reads.
   */
  depth?: number;
  materialization?: string;
  owner?: string;
  group?: string;
  access?: string;
  database?: string;
  schema?: string;
  path?: string;
  tags: string[];
  columns: number;
  status?: NodeStatus;
}
/**
 * `to` reads `from`.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "NodeEdge".
 */
export interface NodeEdge {
  from: string;
  to: string;
}
/**
 * Neighbours of a shown node that are not shown.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "NodeFrontier".
 */
export interface NodeFrontier {
  node: string;
  direction: 'up' | 'down';
  hidden: number;
}
export interface RollupGroup {
  key: string;
  nodes: number;
  byType: {
    [k: string]: number;
  };
  /**
   * Edges within the group.
   */
  inside: number;
}
/**
 * So many nodes of `to` read nodes of `from`, counted by edges.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RollupEdge".
 */
export interface RollupEdge {
  from: string;
  to: string;
  count: number;
}
export interface GraphNeighbourhoodInput {
  project: Slug;
  environment: Slug;
  /**
   * unique_id, URN, or a name that one node has.
   */
  root: string;
  up?: number;
  down?: number;
  limit?: number;
  /**
   * Whether tests are shown; false when absent.
   */
  tests?: boolean;
  /**
   * `up:` or `down:` and a unique_id: its neighbours in that direction are shown too, one after the other as they stand. A node that is not shown by then opens nothing.
   *
   * @maxItems 100
   */
  open?: string[];
  /**
   * `latest` when absent.
   */
  snapshot?: string;
}
export interface GraphNeighbourhoodOutput {
  root: string;
  snapshot: Digest;
  nodes: NodeCard[];
  edges: NodeEdge[];
  /**
   * Edges among these nodes beyond those listed.
   */
  hiddenEdges: number;
  frontier: NodeFrontier[];
  truncated: boolean;
}
export interface GraphPathInput {
  project: Slug;
  environment: Slug;
  from: string;
  to: string;
  limit?: number;
  /**
   * `latest` when absent.
   */
  snapshot?: string;
}
export interface GraphPathOutput {
  /**
   * down: `to` depends on `from`; up: the other way round; none: neither does.
   */
  direction: 'down' | 'up' | 'none';
  /**
   * Ids of a shortest way, from the one that is read to the one that reads.
   */
  path: string[];
  /**
   * Nodes on any way, both ends included.
   */
  total: number;
  snapshot: Digest;
  nodes: NodeCard[];
  edges: NodeEdge[];
  /**
   * Edges among these nodes beyond those listed.
   */
  hiddenEdges: number;
  frontier: NodeFrontier[];
  truncated: boolean;
}
export interface GraphRollupInput {
  project: Slug;
  environment: Slug;
  level: 'package' | 'folder' | 'schema';
  /**
   * Edges shown of each group in each direction, the heaviest.
   */
  top?: number;
  tests?: boolean;
  /**
   * Only nodes whose folder, package or schema (as `level` says) is this or below it.
   */
  within?: string;
  /**
   * `latest` when absent.
   */
  snapshot?: string;
}
export interface GraphRollupOutput {
  snapshot: Digest;
  level: 'package' | 'folder' | 'schema';
  groups: RollupGroup[];
  groupCount: number;
  edges: RollupEdge[];
  /**
   * Pairs of groups with an edge.
   */
  edgeCount: number;
  hiddenEdges: number;
  truncated: boolean;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Ingest".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "IngestsCreateOutput".
 */
export interface Ingest {
  project: Slug;
  environment: Slug;
  id: Uuid;
  createdAt: Time;
  artifacts: {
    name: string;
    kind: string;
    artifact: Digest;
    duplicate: boolean;
  }[];
  snapshot?: Snapshot;
  snapshotIsNew?: boolean;
  warnings: {
    code: string;
    path: string;
    message: string;
  }[];
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Snapshot".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SnapshotsGetOutput".
 */
export interface Snapshot {
  project: Slug;
  environment: Slug;
  snapshot: Digest;
  seq: number;
  createdAt: Time;
  nodes: number;
  edges: number;
  manifest: Digest;
  graph: Digest;
  revision?: Digest;
  counts: {
    [k: string]: number;
  };
}
export interface IngestsCreateInput {
  project: Slug;
  environment: Slug;
  /**
   * @minItems 1
   * @maxItems 16
   */
  artifacts: {
    name: string;
    blob: Digest;
  }[];
  revision?: Digest;
}
export interface IngestsListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface IngestsListOutput {
  items: Ingest[];
  next?: Cursor;
}
export interface JobsSubmitInput {
  project: Slug;
  environment: Slug;
  key: string;
  /**
   * @minItems 1
   * @maxItems 1000
   */
  tasks: {
    name: string;
    operator: string;
    spec: {
      [k: string]: unknown;
    };
    /**
     * Names of tasks of this job that must succeed first.
     *
     * @maxItems 1000
     */
    after?: string[];
    /**
     * At most one task of a key is leased at a time.
     */
    concurrencyKey?: string;
    /**
     * Starts of tasks of a key are limited as the organization says; a key without a limit is not.
     */
    rateKey?: string;
    priority?: number;
    maxAttempts?: number;
    backoffMs?: number;
    delaySeconds?: number;
    deadlineSeconds?: number;
    /**
     * Versions of datasets of the same environment that it reads: none of them is purged before the task has ended.
     *
     * @maxItems 100
     */
    inputs?: {
      dataset: Slug;
      version: number;
    }[];
  }[];
}
export interface JobsSubmitOutput {
  job: Uuid;
  created: boolean;
}
export interface JobsCancelInput {
  job: Uuid;
}
export interface JobsCancelOutput {
  /**
   * Whether nothing of it runs any more.
   */
  ended: boolean;
}
export interface LeavesRangeInput {
  org: Uuid;
  from: number;
  limit: number;
}
export interface LeavesRangeOutput {
  items: {
    ordinal: number;
    envelope: {
      [k: string]: unknown;
    };
  }[];
  head: number;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LimitOfStarts".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LimitsPutOutput".
 */
export interface LimitOfStarts {
  /**
   * What a task names as its `rateKey`.
   */
  key: string;
  /**
   * So many tasks start in each interval, evenly.
   */
  starts: number;
  /**
   * The interval.
   */
  seconds: number;
  /**
   * So many start at once when none did for a while.
   */
  burst: number;
  updatedBy: string;
  updatedAt: Time;
}
export interface LimitsListInput {
  cursor?: Cursor;
  limit?: Limit;
}
export interface LimitsListOutput {
  items: LimitOfStarts[];
  next?: Cursor;
}
export interface LimitsPutInput {
  /**
   * What a task names as its `rateKey`.
   */
  key: string;
  /**
   * So many tasks start in each interval, evenly.
   */
  starts: number;
  /**
   * The interval.
   */
  seconds: number;
  /**
   * So many start at once when none did for a while.
   */
  burst?: number;
}
export interface LimitsRemoveInput {
  /**
   * What a task names as its `rateKey`.
   */
  key: string;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LineageOverride".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LineageOverridesPutOutput".
 */
export interface LineageOverride {
  id: Uuid;
  project: Slug;
  source: string;
  target: string;
  kind: 'value' | 'filter' | 'join' | 'group' | 'order' | 'window';
  decision: 'confirm' | 'reject' | 'add';
  reason: string;
  by: string;
  at: Time;
}
export interface LineageOverridesPutInput {
  project: Slug;
  /**
   * URN of a column: <asset>#<column>.
   */
  source: string;
  /**
   * URN of a column, or of an asset: all rows of it.
   */
  target: string;
  kind?: 'value' | 'filter' | 'join' | 'group' | 'order' | 'window';
  decision: 'confirm' | 'reject' | 'add';
  reason: string;
}
export interface LineageOverridesListInput {
  project: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface LineageOverridesListOutput {
  items: LineageOverride[];
  next?: Cursor;
}
export interface LineageOverridesRemoveInput {
  project: Slug;
  override: Uuid;
}
export interface LineagePosition {
  start: number;
  end: number;
  line: number;
  column: number;
}
export interface LineageNote {
  code: 'parse' | 'unsupported' | 'unresolved' | 'ambiguous' | 'no-schema' | 'limit' | 'input' | 'no-sql' | 'cycle';
  message: string;
  position?: LineagePosition;
}
/**
 * Where column lineage stands. While it is pending, what is shown is of the snapshot named here, whole.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "LineageState".
 */
export interface LineageState {
  status: 'pending' | 'complete' | 'failed' | 'none';
  reason?: string;
  snapshot?: Digest;
  manifest?: Digest;
  seq?: number;
  updatedAt?: Time;
  nodes?: number;
  edges?: number;
}
export interface LineageEnd {
  urn: string;
  /**
   * Absent: all rows of it.
   */
  column?: string;
}
export interface LineageMark {
  id: Uuid;
  decision: 'confirm' | 'reject' | 'add';
  reason: string;
  by: string;
  at: Time;
}
export interface LineageDetail {
  source: string;
  kind: LineageKind;
  direct: boolean;
  confidence: number;
  expression?: string | null;
  position?: LineagePosition | null;
}
export interface LineageNode {
  urn: string;
  id?: string;
  name: string;
  type?: string;
  relation?: string;
  /**
   * Of its own SQL: all bound, something not understood, not understood at all, no SQL, a relation that is read.
   */
  status: 'complete' | 'partial' | 'failed' | 'none' | 'relation';
  notes: LineageNote[];
}
export interface LineageEdge {
  from: LineageEnd;
  to: LineageEnd;
  kind: LineageKind;
  confidence: number;
  direct: boolean;
  origin: 'sql' | 'confirmed' | 'added' | 'rejected';
  expression?: string;
  line?: number;
  column?: number;
  override?: LineageMark;
}
export interface LineageSqlInput {
  project: Slug;
  environment: Slug;
  sql: string;
  /**
   * The environment's own by default.
   */
  dialect?: 'snowflake' | 'bigquery' | 'redshift' | 'databricks' | 'postgres' | 'duckdb';
  /**
   * Relation → columns; the environment's own by default.
   */
  schema?: {
    /**
     * @maxItems 20000
     */
    [k: string]: string[];
  };
  detail?: boolean;
}
export interface LineageSqlOutput {
  edges?: {
    target: string;
    sources: string[];
    confidence: number;
    table?: string | null;
    statement?: number;
    details?: LineageDetail[];
  }[];
  predicates?: string[];
  unsupported?: string[];
  rows?: LineageDetail[];
  /**
   * Instead of all else: the SQL was not understood, or hit a limit.
   */
  error?: string;
}
export interface LineageGraphInput {
  project: Slug;
  environment: Slug;
  /**
   * URN, dbt's unique_id or an unambiguous name; a URN may end with #column.
   */
  asset: string;
  column?: string;
  direction?: 'up' | 'down' | 'both';
  depth?: number;
  /**
   * value and window by default.
   *
   * @maxItems 6
   */
  kinds?: LineageKind[];
  /**
   * The least that an edge must have; 0 by default.
   */
  confidence?: string;
  limit?: number;
}
export interface LineageGraphOutput {
  start: LineageEnd;
  state: LineageState;
  nodes: LineageNode[];
  edges: LineageEdge[];
  /**
   * What somebody rejected: not followed.
   */
  rejected: LineageEdge[];
  /**
   * There is more than depth or limit let through.
   */
  truncated: boolean;
}
export interface LineageStateInput {
  project: Slug;
  environment: Slug;
}
export interface LineageStateOutput {
  state: LineageState;
  counts: {
    [k: string]: number;
  };
  unclear: LineageNode[];
  truncated: boolean;
}
export interface LinksCreateInput {
  person?: PersonId;
}
export interface LinksCreateOutput {
  person: PersonId;
  token: string;
  expiresAt: Time;
}
export interface LinksRedeemInput {
  hash: Digest;
}
export interface LinksRedeemOutput {
  outcome: 'good' | 'unknown' | 'used' | 'expired';
  org?: Uuid;
  person?: Person;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Person".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PeopleCreateOutput".
 */
export interface Person {
  id: PersonId;
  name: string;
  email?: string;
  createdAt: Time;
  lastSignInAt?: Time;
}
/**
 * What is taken of OpenLineage's RunEvent; all else in one is left aside.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "OpenlineageEvent".
 */
export interface OpenlineageEvent {
  eventTime: Time;
  eventType?: 'START' | 'RUNNING' | 'COMPLETE' | 'ABORT' | 'FAIL' | 'OTHER';
  producer: string;
  run: OpenlineageRun;
  job: OpenlineageJob;
  /**
   * @maxItems 1000
   */
  inputs?: OpenlineageInput[];
  /**
   * @maxItems 1000
   */
  outputs?: OpenlineageOutput[];
}
export interface OpenlineageRun {
  runId: string;
  facets?: {
    dbt_run?: {
      invocation_id?: string;
    };
    parent?: {
      run: {
        runId: string;
      };
    };
    errorMessage?: {
      message?: string;
    };
  };
}
export interface OpenlineageJob {
  namespace: string;
  name: string;
  facets?: {
    jobType?: {
      integration?: string;
      jobType?: string;
    };
    dbt_node?: {
      unique_id?: string;
    };
  };
}
export interface OpenlineageInput {
  namespace: string;
  name: string;
  facets?: {
    dataQualityAssertions?: {
      /**
       * @maxItems 2000
       */
      assertions?: {
        assertion: string;
        success: boolean;
        name?: string;
        severity?: string;
      }[];
    };
  };
  inputFacets?: {
    dataQualityAssertions?: {
      /**
       * @maxItems 2000
       */
      assertions?: {
        assertion: string;
        success: boolean;
        name?: string;
        severity?: string;
      }[];
    };
  };
}
export interface OpenlineageOutput {
  namespace: string;
  name: string;
  outputFacets?: {
    outputStatistics?: {
      rowCount?: number;
      size?: number;
    };
  };
}
export interface OpenlineageInvocation {
  project: Slug;
  environment: Slug;
  /**
   * dbt's invocation, where the events name it.
   */
  run: string;
  /**
   * Of the whole invocation, where it was told.
   */
  state?: 'running' | 'succeeded' | 'failed';
  firstAt: Time;
  lastAt: Time;
  /**
   * Ends of nodes that are facts now.
   */
  recorded: number;
  /**
   * Ends of what is no node of the environment's snapshot.
   */
  unmatched: number;
  /**
   * Of the unmatched, the first twenty.
   */
  names: string[];
}
export interface OpenlineageListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface OpenlineageListOutput {
  items: OpenlineageInvocation[];
  next?: Cursor;
}
export interface OpenlineageTakeInput {
  project: Slug;
  environment: Slug;
  eventTime: Time;
  eventType?: 'START' | 'RUNNING' | 'COMPLETE' | 'ABORT' | 'FAIL' | 'OTHER';
  producer: string;
  run: OpenlineageRun;
  job: OpenlineageJob;
  /**
   * @maxItems 1000
   */
  inputs?: OpenlineageInput[];
  /**
   * @maxItems 1000
   */
  outputs?: OpenlineageOutput[];
}
export interface OpenlineageTakeOutput {
  /**
   * Whether it was heard for the first time.
   */
  fresh: boolean;
  recorded: number;
  unmatched: number;
}
export interface OpenlineageTakeBatchInput {
  project: Slug;
  environment: Slug;
  /**
   * @maxItems 200
   */
  events: OpenlineageEvent[];
}
export interface OpenlineageTakeBatchOutput {
  status: 'success';
  summary: {
    received: number;
    successful: number;
    failed: number;
    retriable: number;
    non_retriable: number;
  };
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Org".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "OrgsGetOutput".
 */
export interface Org {
  id: Uuid;
  slug: Slug;
  name: string;
  createdAt: Time;
}
export interface OrgsGetInput {}
export interface OrgsCreateInput {
  slug: Slug;
  name?: string;
  owner: PersonId;
  /**
   * Of the owner: with an outside OpenID provider they sign in with this verified address instead of the link.
   */
  email?: string;
}
export interface OrgsCreateOutput {
  org: Org;
  owner: PersonId;
  token: string;
  expiresAt: Time;
}
export interface PeopleListInput {
  cursor?: Cursor;
  limit?: Limit;
}
export interface PeopleListOutput {
  items: Person[];
  next?: Cursor;
}
export interface PeopleCreateInput {
  id: PersonId;
  name: string;
  email?: string;
  role?: Role;
  project?: Slug;
  environment?: Slug;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Plan".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlansProposeOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlansGetOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlansConfirmOutput".
 */
export interface Plan {
  project: Slug;
  environment: Slug;
  id: Uuid;
  document: Digest;
  snapshot: Digest;
  state: Digest;
  status: 'proposed' | 'allowed' | 'denied';
  by?: string;
  createdAt: Time;
  counts: {
    run: number;
    skip: number;
    partial: number;
  };
  total: number;
  runId?: Uuid;
  /**
   * A short name in URLs: lower case, digits, dash, underscore.
   */
  defer?: string;
}
/**
 * A verdict without its evidence. `changed`: the node's own parts that differ from what was built last; `why`: the first reason in words. `deferred`: what it reads from the other environment.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlanLine".
 */
export interface PlanLine {
  id: string;
  type: string;
  verdict: 'RUN' | 'SKIP' | 'PARTIAL';
  reasons: PlanReason[];
  cause: string[];
  changed?: string[];
  why: string;
  deferred?: string[];
}
/**
 * A node as one manifest has it. `code`: as written, before it is compiled.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlanSide".
 */
export interface PlanSide {
  manifest: Digest;
  run?: Uuid;
  path?: string;
  code?: string;
  config?: {
    [k: string]: unknown;
  };
  truncated?: boolean;
}
/**
 * What the whole plan was made by. `selection`: none when everything was wanted; `assumed`: how many inputs without a version of their data were taken for unchanged. `defer`: how many nodes are read from another environment.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "PlanHeader".
 */
export interface PlanHeader {
  rules: string;
  fullRefresh: boolean;
  assumed: number;
  selection?: {
    select: string[];
    exclude: string[];
  };
  defer?: {
    environment: Slug;
    nodes: number;
  };
}
export interface PlansProposeInput {
  project: Slug;
  environment: Slug;
  snapshot?: Digest;
  data?: 'assume' | 'check';
  /**
   * @maxItems 64
   */
  select?: string[];
  /**
   * @maxItems 64
   */
  exclude?: string[];
  fullRefresh?: boolean;
  /**
   * Of microbatch models, build the batches from `start` up to `end`.
   */
  eventTime?: {
    start: EventTime;
    end: EventTime;
  };
  /**
   * A short name in URLs: lower case, digits, dash, underscore.
   */
  defer?: string;
  /**
   * UUIDv7 of a row.
   */
  look?: string;
}
export interface PlansListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface PlansListOutput {
  items: Plan[];
  next?: Cursor;
}
export interface PlansGetInput {
  plan: Uuid;
}
export interface PlansDocumentInput {
  plan: Uuid;
}
export interface PlansStateInput {
  plan: Uuid;
}
export interface PlansDeferredInput {
  plan: Uuid;
}
export interface PlansConfirmInput {
  plan: Uuid;
}
export interface PlansStagesInput {
  plan: Uuid;
}
export interface PlansStagesOutput {
  document: Digest;
  /**
   * RFC 3339, UTC.
   */
  plannedAt: string;
  revision?: Digest;
  /**
   * Items: One dbt invocation. `selectors`: blob of a selectors.yml for the overlay.
   */
  stages: {
    /**
     * dbt's arguments, without the executable.
     *
     * @minItems 1
     */
    command: string[];
    selectors?: Digest;
    /**
     * What is read from another environment: blob of the manifest that dbt defers to; `attach`: the database of a file there, and the name that it is read under.
     */
    defer?: {
      environment: Slug;
      manifest: Digest;
      attach?: {
        database: string;
        as: string;
      };
    };
  }[];
}
export interface PlansRemainingInput {
  plan: Uuid;
  /**
   * SHA-256 of canonical bytes or of a file's own bytes.
   */
  built: string;
}
export interface PlansRemainingOutput {
  /**
   * SHA-256 of canonical bytes or of a file's own bytes.
   */
  nodes: string;
  /**
   * Items: One dbt invocation. `selectors`: blob of a selectors.yml for the overlay.
   */
  stages: {
    /**
     * dbt's arguments, without the executable.
     *
     * @minItems 1
     */
    command: string[];
    selectors?: Digest;
    /**
     * What is read from another environment: blob of the manifest that dbt defers to; `attach`: the database of a file there, and the name that it is read under.
     */
    defer?: {
      environment: Slug;
      manifest: Digest;
      attach?: {
        database: string;
        as: string;
      };
    };
  }[];
  /**
   * SHA-256 of canonical bytes or of a file's own bytes.
   */
  reused: string;
}
export interface PlansEntriesInput {
  plan: Uuid;
  verdict?: 'RUN' | 'SKIP' | 'PARTIAL';
  q?: string;
  cause?: string;
  cursor?: Cursor;
  limit?: number;
}
export interface PlansEntriesOutput {
  items: PlanLine[];
  total: number;
  next?: Cursor;
  header: PlanHeader;
}
export interface PlansEntryInput {
  plan: Uuid;
  node: string;
}
export interface PlansEntryOutput {
  entry: PlanEntry;
  words: string[];
  before?: PlanSide;
  after?: PlanSide;
}
export interface PlansHoldsInput {
  /**
   * @maxItems 1000
   */
  digests: Digest[];
  days: number;
}
export interface PlansHoldsOutput {
  held: Digest[];
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Project".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ProjectsGetOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ProjectsCreateOutput".
 */
export interface Project {
  project: Slug;
  name: string;
  createdAt: Time;
}
export interface ProjectsListInput {
  cursor?: Cursor;
  limit?: Limit;
}
export interface ProjectsListOutput {
  items: Project[];
  next?: Cursor;
}
export interface ProjectsGetInput {
  project: Slug;
}
export interface ProjectsCreateInput {
  project: Slug;
  name?: string;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Revision".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RevisionsCreateOutput".
 */
export interface Revision {
  project: Slug;
  environment: Slug;
  revision: Digest;
  files: number;
  bytes: number;
  createdAt: Time;
  run?: Uuid;
}
export interface RevisionsCreateInput {
  project: Slug;
  environment: Slug;
  blob: Digest;
  parse?: boolean;
}
export interface RevisionsListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface RevisionsListOutput {
  items: Revision[];
  next?: Cursor;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Run".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RunsOperateOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RunsLookOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RunsGetOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RunsCancelOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "RunsResumeOutput".
 */
export interface Run {
  project: Slug;
  environment: Slug;
  id: Uuid;
  kind: 'plan' | 'parse' | 'operation';
  status: 'requested' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  plan?: Uuid;
  revision: Digest;
  requestedBy: string;
  createdAt: Time;
  startedAt?: Time;
  finishedAt?: Time;
  attempt: number;
  reason?: string;
  cancelRequested: boolean;
  counts: {
    [k: string]: number;
  };
  artifacts: {
    name: string;
    blob: Digest;
    bytes: number;
  }[];
  /**
   * UUIDv7 of a row.
   */
  origin?: string;
  /**
   * UUIDv7 of a row.
   */
  resumedBy?: string;
}
export interface RunNode {
  node: string;
  status: string;
  attempt: number;
  startedAt?: Time;
  finishedAt?: Time;
  durationMs?: number;
  rows?: number;
  relation?: string;
  message?: string;
  /**
   * Rises with every change of a node in the environment's runs; give the highest one back as `after` to get what changed since.
   */
  seq?: number;
}
export interface RunLine {
  seq: number;
  at: Time;
  attempt: number;
  level: string;
  node?: string;
  event?: string;
  text: string;
}
/**
 * One node in one run.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "NodeRun".
 */
export interface NodeRun {
  run: Uuid;
  node: string;
  status: string;
  attempt: number;
  startedAt?: Time;
  finishedAt?: Time;
  durationMs?: number;
  rows?: number;
  message?: string;
}
/**
 * How a node did in the newest run that reached it.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "NodeOutcome".
 */
export interface NodeOutcome {
  node: string;
  status: string;
  run: Uuid;
  seq: number;
  finishedAt?: Time;
  durationMs?: number;
}
export interface RunsOperateInput {
  project: Slug;
  environment: Slug;
  revision?: Digest;
  macro: string;
  args?: {
    [k: string]: unknown;
  };
}
export interface RunsLookInput {
  project: Slug;
  environment: Slug;
}
export interface RunsListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
  status?: 'requested' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  kind?: 'plan' | 'parse' | 'operation';
}
export interface RunsListOutput {
  items: Run[];
  next?: Cursor;
}
export interface RunsGetInput {
  run: Uuid;
  wait?: number;
}
export interface RunsNodesInput {
  run: Uuid;
  after?: number;
  cursor?: Cursor;
  limit?: number;
}
export interface RunsNodesOutput {
  items: RunNode[];
  next?: Cursor;
}
export interface RunsLogsInput {
  run: Uuid;
  after?: number;
  wait?: number;
  limit?: number;
  before?: number;
  node?: string;
}
export interface RunsLogsOutput {
  items: RunLine[];
  ended: boolean;
}
export interface RunsArtifactInput {
  run: Uuid;
  name: string;
}
export interface RunsCancelInput {
  run: Uuid;
}
export interface RunsResumeInput {
  run: Uuid;
}
export interface RunsOfPlanInput {
  plan: Uuid;
}
export interface RunsOfPlanOutput {
  run?: Run;
}
export interface RunsHistoryInput {
  project: Slug;
  environment: Slug;
  asset: string;
  cursor?: Cursor;
  limit?: Limit;
}
export interface RunsHistoryOutput {
  items: NodeRun[];
  next?: Cursor;
}
export interface RunsStatesInput {
  project: Slug;
  environment: Slug;
  after?: number;
  status?: string;
  cursor?: Cursor;
  limit?: number;
}
export interface RunsStatesOutput {
  items: NodeOutcome[];
  next?: Cursor;
}
export interface RunsOutcomesInput {
  run: Uuid;
  cursor?: Cursor;
  limit?: number;
}
export interface RunsOutcomesOutput {
  items: RunNode[];
  next?: Cursor;
}
export interface RunsHoldsInput {
  /**
   * @maxItems 1000
   */
  digests: Digest[];
  days: number;
}
export interface RunsHoldsOutput {
  held: Digest[];
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Schedule".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SchedulesGetOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SchedulesCreateOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SchedulesEditOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SchedulesPauseOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SchedulesResumeOutput".
 */
export interface Schedule {
  project: Slug;
  environment: Slug;
  name: Slug;
  /**
   * Five fields: minute, hour, day of month, month, day of week. Without it, only triggers and people set the schedule off.
   */
  cron?: string;
  /**
   * IANA time zone in which `cron` is read; UTC unless it is given.
   */
  zone: string;
  /**
   * Fires when a new graph of this environment is committed.
   */
  onIngest: boolean;
  /**
   * Fires when a run of one of these environments succeeds.
   *
   * @maxItems 16
   */
  upstream: {
    project: Slug;
    environment: Slug;
  }[];
  /**
   * @maxItems 64
   */
  select: string[];
  /**
   * @maxItems 64
   */
  exclude: string[];
  /**
   * As for a plan; `check` unless it is given, since a schedule is there for new data.
   */
  data: 'assume' | 'check';
  /**
   * What becomes of the times that passed while the install was down; `run-once` unless it is given.
   */
  missed: 'skip' | 'run-once';
  /**
   * What becomes of a fire while the environment has another scheduled one; `queue` (one) unless it is given.
   */
  concurrency: 'skip' | 'queue';
  /**
   * Its plans wait until somebody confirms them.
   */
  approval: boolean;
  paused: boolean;
  version: number;
  nextAt?: Time;
  lastFire?: ScheduleFire;
  createdBy: string;
  createdAt: Time;
  updatedBy: string;
  updatedAt: Time;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "ScheduleFire".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SchedulesFireOutput".
 */
export interface ScheduleFire {
  project: Slug;
  environment: Slug;
  schedule: Slug;
  id: Uuid;
  trigger: 'cron' | 'ingest' | 'upstream' | 'manual' | 'api';
  /**
   * What a run that comes of it says of its cause.
   */
  cause: string;
  /**
   * queued: for its turn in the environment; waiting: for somebody to confirm its plan; nothing: its plan runs nothing; refused: no plan could be made; superseded: a newer plan of the schedule waits instead.
   */
  status:
    | 'queued'
    | 'planning'
    | 'waiting'
    | 'running'
    | 'succeeded'
    | 'failed'
    | 'cancelled'
    | 'nothing'
    | 'refused'
    | 'skipped'
    | 'superseded';
  reason?: string;
  plannedAt?: Time;
  /**
   * Planned times before it, or with it, that passed while the install was down.
   */
  missed: number;
  plan?: Uuid;
  run?: Uuid;
  /**
   * On every event that follows from the fire.
   */
  correlation: string;
  createdAt: Time;
  startedAt?: Time;
  endedAt?: Time;
}
export interface SchedulesListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface SchedulesListOutput {
  items: Schedule[];
  next?: Cursor;
}
export interface SchedulesGetInput {
  project: Slug;
  environment: Slug;
  name: Slug;
}
export interface SchedulesCreateInput {
  project: Slug;
  environment: Slug;
  name: Slug;
  /**
   * Five fields: minute, hour, day of month, month, day of week. Without it, only triggers and people set the schedule off.
   */
  cron?: string;
  /**
   * IANA time zone in which `cron` is read; UTC unless it is given.
   */
  zone?: string;
  /**
   * Fires when a new graph of this environment is committed.
   */
  onIngest?: boolean;
  /**
   * Fires when a run of one of these environments succeeds.
   *
   * @maxItems 16
   */
  upstream?: {
    project: Slug;
    environment: Slug;
  }[];
  /**
   * @maxItems 64
   */
  select?: string[];
  /**
   * @maxItems 64
   */
  exclude?: string[];
  /**
   * As for a plan; `check` unless it is given, since a schedule is there for new data.
   */
  data?: 'assume' | 'check';
  /**
   * What becomes of the times that passed while the install was down; `run-once` unless it is given.
   */
  missed?: 'skip' | 'run-once';
  /**
   * What becomes of a fire while the environment has another scheduled one; `queue` (one) unless it is given.
   */
  concurrency?: 'skip' | 'queue';
  /**
   * Its plans wait until somebody confirms them.
   */
  approval?: boolean;
  paused?: boolean;
}
export interface SchedulesEditInput {
  project: Slug;
  environment: Slug;
  name: Slug;
  /**
   * Five fields: minute, hour, day of month, month, day of week. Without it, only triggers and people set the schedule off.
   */
  cron?: string;
  /**
   * IANA time zone in which `cron` is read; UTC unless it is given.
   */
  zone?: string;
  /**
   * Fires when a new graph of this environment is committed.
   */
  onIngest?: boolean;
  /**
   * Fires when a run of one of these environments succeeds.
   *
   * @maxItems 16
   */
  upstream?: {
    project: Slug;
    environment: Slug;
  }[];
  /**
   * @maxItems 64
   */
  select?: string[];
  /**
   * @maxItems 64
   */
  exclude?: string[];
  /**
   * As for a plan; `check` unless it is given, since a schedule is there for new data.
   */
  data?: 'assume' | 'check';
  /**
   * What becomes of the times that passed while the install was down; `run-once` unless it is given.
   */
  missed?: 'skip' | 'run-once';
  /**
   * What becomes of a fire while the environment has another scheduled one; `queue` (one) unless it is given.
   */
  concurrency?: 'skip' | 'queue';
  /**
   * Its plans wait until somebody confirms them.
   */
  approval?: boolean;
  version?: number;
}
export interface SchedulesPauseInput {
  project: Slug;
  environment: Slug;
  name: Slug;
}
export interface SchedulesResumeInput {
  project: Slug;
  environment: Slug;
  name: Slug;
}
export interface SchedulesRemoveInput {
  project: Slug;
  environment: Slug;
  name: Slug;
}
export interface SchedulesFireInput {
  project: Slug;
  environment: Slug;
  name: Slug;
  key?: string;
}
export interface SchedulesFiresInput {
  project: Slug;
  environment: Slug;
  name: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface SchedulesFiresOutput {
  items: ScheduleFire[];
  next?: Cursor;
}
export interface SchedulesNextInput {
  project: Slug;
  environment: Slug;
  name: Slug;
  count?: number;
}
export interface SchedulesNextOutput {
  zone: string;
  times: Time[];
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Selection".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "SelectionsPutOutput".
 */
export interface Selection {
  project: Slug;
  name: Slug;
  description: string;
  /**
   * @maxItems 256
   */
  select: string[];
  /**
   * @maxItems 256
   */
  exclude: string[];
  updatedBy: string;
  updatedAt: Time;
}
export interface SelectionsEvaluateInput {
  project: Slug;
  environment: Slug;
  snapshot?: Digest;
  /**
   * @maxItems 256
   */
  select?: string[];
  /**
   * @maxItems 256
   */
  exclude?: string[];
  selector?: string;
  saved?: Slug;
  /**
   * An earlier snapshot, for the `state:` methods.
   */
  state?: Digest;
  indirectSelection?: 'eager' | 'cautious' | 'buildable' | 'empty';
  /**
   * @maxItems 256
   */
  resourceTypes?: string[];
  /**
   * @maxItems 256
   */
  excludeResourceTypes?: string[];
  explain?: boolean;
}
export interface SelectionsEvaluateOutput {
  snapshot: Digest;
  ids: string[];
  warnings: string[];
  /**
   * Node id → the parts of the expression that chose it.
   */
  explanation?: {
    [k: string]: unknown;
  };
}
export interface SelectionsListInput {
  project: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface SelectionsListOutput {
  items: Selection[];
  next?: Cursor;
}
export interface SelectionsPutInput {
  project: Slug;
  name: Slug;
  description?: string;
  /**
   * @maxItems 256
   */
  select?: string[];
  /**
   * @maxItems 256
   */
  exclude?: string[];
}
export interface SelectionsRemoveInput {
  project: Slug;
  name: Slug;
}
export interface Session {
  id: Uuid;
  createdAt: Time;
  seenAt: Time;
  expiresAt: Time;
}
export interface SessionsOpenInput {
  hash: Digest;
  replaces?: Digest;
  claims:
    | {
        org: Uuid;
        person: PersonId;
      }
    | {
        issuer: string;
        subject: string;
        email?: string;
        emailVerified?: boolean;
        name?: string;
      };
}
export interface SessionsOpenOutput {
  opened: boolean;
  because?: string;
}
export interface SessionsResolveInput {
  hash: Digest;
}
export interface SessionsResolveOutput {
  found: boolean;
  session?: Uuid;
  org?: Org;
  person?: Person;
  actor?: Actor;
  grants?: Grant[];
  grantVersion?: number;
  expiresAt?: Time;
}
export interface SessionsCloseInput {
  hash: Digest;
}
export interface SessionsListInput {
  cursor?: Cursor;
  limit?: Limit;
}
export interface SessionsListOutput {
  items: Session[];
  next?: Cursor;
}
export interface SessionsEndInput {
  id: Uuid;
}
export interface Sink {
  project: Slug;
  environment: Slug;
  name: Slug;
  rows: number;
  changedAt: Time;
}
export interface SinkRow {
  /**
   * Of the work, not of the attempt: whoever does it again writes the same key.
   */
  key: string;
  row: {
    [k: string]: unknown;
  };
  writtenAt: Time;
}
export interface SinksListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface SinksListOutput {
  items: Sink[];
  next?: Cursor;
}
export interface SinksRowsInput {
  project: Slug;
  environment: Slug;
  sink: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface SinksRowsOutput {
  sink: Sink;
  items: SinkRow[];
  next?: Cursor;
}
export interface SinksWriteInput {
  org: Uuid;
  project: Slug;
  environment: Slug;
  sink: Slug;
  /**
   * 256 kB at most, as JSON.
   *
   * @minItems 1
   * @maxItems 1000
   */
  rows: {
    /**
     * Of the work, not of the attempt: whoever does it again writes the same key.
     */
    key: string;
    row: {
      [k: string]: unknown;
    };
  }[];
}
export interface SinksWriteOutput {
  written: number;
  /**
   * Keys that were there already, with the same row.
   */
  repeated: number;
  /**
   * Keys that were there already, with another row, which stands.
   */
  conflicts: string[];
}
export interface NodeChange {
  id: string;
  change: 'added' | 'removed' | 'changed';
  type: string;
  name: string;
  package: string;
  /**
   * Fields of the node that differ; `columns`, `config` and `dependsOn` are told apart below.
   */
  fields?: string[];
  columnsAdded?: string[];
  columnsRemoved?: string[];
  columnsChanged?: string[];
  /**
   * Keys of its config that differ.
   */
  config?: string[];
  parentsAdded?: string[];
  parentsRemoved?: string[];
}
export interface SnapshotsListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface SnapshotsListOutput {
  items: Snapshot[];
  next?: Cursor;
}
export interface SnapshotsGetInput {
  project: Slug;
  environment: Slug;
  snapshot: string;
}
export interface SnapshotsGraphInput {
  project: Slug;
  environment: Slug;
  snapshot: string;
}
export interface SnapshotsManifestInput {
  project: Slug;
  environment: Slug;
  snapshot: string;
}
export interface SnapshotsDiffInput {
  project: Slug;
  environment: Slug;
  snapshot: string;
  /**
   * `latest` when absent.
   */
  to?: string;
  cursor?: Cursor;
  limit?: Limit;
}
export interface SnapshotsDiffOutput {
  from: Digest;
  to: Digest;
  counts: {
    added: number;
    removed: number;
    changed: number;
    edgesAdded: number;
    edgesRemoved: number;
    columnsAdded: number;
    columnsRemoved: number;
    columnsChanged: number;
    config: number;
  };
  /**
   * By id.
   */
  items: NodeChange[];
  next?: Cursor;
}
export interface SnapshotsSkeletonInput {
  project: Slug;
  environment: Slug;
  snapshot: string;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Task".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "TasksGetOutput".
 */
export interface Task {
  project: Slug;
  environment: Slug;
  id: Uuid;
  job: Uuid;
  operator: string;
  status: 'blocked' | 'queued' | 'leased' | 'succeeded' | 'failed' | 'cancelled';
  attempt: number;
  createdAt: Time;
  finishedAt?: Time;
  worker?: string;
}
export interface Lease {
  org: Uuid;
  project: Slug;
  environment: Slug;
  task: Uuid;
  job: Uuid;
  run: Uuid;
  attempt: number;
  operator: string;
  spec: {
    [k: string]: unknown;
  };
  leaseMs: number;
}
export interface TasksListInput {
  project: Slug;
  environment: Slug;
  cursor?: Cursor;
  limit?: Limit;
}
export interface TasksListOutput {
  items: Task[];
  next?: Cursor;
}
export interface TasksGetInput {
  task: Uuid;
}
export interface TasksClaimInput {
  worker: string;
  /**
   * @minItems 1
   */
  operators: string[];
  max: number;
  wait: number;
}
export interface TasksClaimOutput {
  leases: Lease[];
}
export interface TasksHeartbeatInput {
  worker: string;
  /**
   * @minItems 1
   * @maxItems 1000
   */
  held: {
    org: Uuid;
    task: Uuid;
    attempt: number;
  }[];
}
export interface TasksHeartbeatOutput {
  lost: Uuid[];
  cancel: Uuid[];
}
export interface TasksReleaseInput {
  worker: string;
  /**
   * @maxItems 1000
   */
  held: {
    org: Uuid;
    task: Uuid;
    attempt: number;
  }[];
}
export interface TasksReleaseOutput {
  released: Uuid[];
}
export interface TasksCompleteInput {
  org: Uuid;
  task: Uuid;
  attempt: number;
  worker: string;
  outcome: 'succeeded' | 'failed' | 'cancelled';
  result: {
    [k: string]: unknown;
  };
  cause?: string;
  /**
   * Of a failure: whether another try may help.
   */
  retry?: boolean;
  /**
   * Operators of which the worker takes another task at once, should one of its organization be next. The answer has none when there is none, and when it is a repeat: then `claim` knows.
   *
   * @minItems 1
   */
  next?: string[];
  /**
   * What was staged and becomes visible with a success, each dataset once.
   *
   * @maxItems 100
   */
  outputs?: {
    dataset: Slug;
    mode: 'replace' | 'append';
    part: Uuid;
    rows: number;
    /**
     * SHA-256 of canonical bytes or of a file's own bytes.
     */
    digest: string;
  }[];
}
export interface TasksCompleteOutput {
  committed: boolean;
  status: string;
  next?: Lease;
}
/**
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Token".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "TokensRevokeOutput".
 */
export interface Token {
  id: Uuid;
  name: string;
  role: Role;
  project?: Slug;
  environment?: Slug;
  createdAt: Time;
  expiresAt: Time | null;
  revokedAt: Time | null;
}
export interface TokensListInput {
  cursor?: Cursor;
  limit?: Limit;
}
export interface TokensListOutput {
  items: Token[];
  next?: Cursor;
}
export interface TokensCreateInput {
  name: string;
  role: Role;
  days?: number;
  project?: Slug;
  environment?: Slug;
}
export interface TokensCreateOutput {
  token: Token;
  secret: string;
}
export interface TokensRevokeInput {
  id: Uuid;
}
export interface TokensResolveInput {
  hash: Digest;
}
export interface TokensResolveOutput {
  found: boolean;
  org?: Uuid;
  actor?: Actor;
  grants?: Grant[];
  grantVersion?: number;
}
/**
 * Bytes on their way. `offset` is where the next piece begins; `blob` is there once all have come.
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "Upload".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "UploadsCreateOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "UploadsGetOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "UploadsAppendOutput".
 *
 * This interface was referenced by `AllContracts`'s JSON-Schema
 * via the `definition` "UploadsCompleteOutput".
 */
export interface Upload {
  upload: Uuid;
  digest: Digest;
  bytes: number;
  offset: number;
  /**
   * The largest piece that is taken.
   */
  pieceBytes: number;
  expiresAt: Time;
  blob?: Digest;
}
export interface UploadsCreateInput {
  digest: Digest;
  bytes: number;
}
export interface UploadsGetInput {
  upload: Uuid;
}
export interface UploadsAppendInput {
  upload: Uuid;
  offset: number;
  blob: Digest;
}
export interface UploadsCompleteInput {
  upload: Uuid;
}

export type AssetsGetOutput = AssetDetail;
export type AuditCheckpointOutput = Checkpoint;
export type AuditExportOutput = Blob;
export type BlobsPutOutput = Blob;
export type DeadLettersGetOutput = DeadLetterHistory;
export type DeadLettersDiscardOutput = DeadLetter;
export type EnvironmentsGetOutput = Environment;
export type EnvironmentsCreateOutput = Environment;
export type EnvironmentsPutVariableOutput = Environment;
export type FeedsGetOutput = Feed;
export type FeedsPullOutput = Feed;
export type FeedsPutOutput = Feed;
export type FeedsRemoveOutput = Empty;
export type GrantsPutOutput = Grant;
export type GrantsRemoveOutput = Empty;
export type GrantsCanOutput = Can;
export type GrantsDenyOutput = Empty;
export type IngestsCreateOutput = Ingest;
export type LimitsPutOutput = LimitOfStarts;
export type LimitsRemoveOutput = Empty;
export type LineageOverridesPutOutput = LineageOverride;
export type LineageOverridesRemoveOutput = Empty;
export type OrgsGetOutput = Org;
export type PeopleCreateOutput = Person;
export type PlansProposeOutput = Plan;
export type PlansGetOutput = Plan;
export type PlansDocumentOutput = Blob;
export type PlansStateOutput = Blob;
export type PlansDeferredOutput = Blob;
export type PlansConfirmOutput = Plan;
export type ProjectsGetOutput = Project;
export type ProjectsCreateOutput = Project;
export type RevisionsCreateOutput = Revision;
export type RunsOperateOutput = Run;
export type RunsLookOutput = Run;
export type RunsGetOutput = Run;
export type RunsArtifactOutput = Blob;
export type RunsCancelOutput = Run;
export type RunsResumeOutput = Run;
export type SchedulesGetOutput = Schedule;
export type SchedulesCreateOutput = Schedule;
export type SchedulesEditOutput = Schedule;
export type SchedulesPauseOutput = Schedule;
export type SchedulesResumeOutput = Schedule;
export type SchedulesRemoveOutput = Empty;
export type SchedulesFireOutput = ScheduleFire;
export type SelectionsPutOutput = Selection;
export type SelectionsRemoveOutput = Empty;
export type SessionsCloseOutput = Empty;
export type SessionsEndOutput = Empty;
export type SnapshotsGetOutput = Snapshot;
export type SnapshotsGraphOutput = Blob;
export type SnapshotsManifestOutput = Blob;
export type SnapshotsSkeletonOutput = Blob;
export type TasksGetOutput = Task;
export type TokensRevokeOutput = Token;
export type UploadsCreateOutput = Upload;
export type UploadsGetOutput = Upload;
export type UploadsAppendOutput = Upload;
export type UploadsCompleteOutput = Upload;
