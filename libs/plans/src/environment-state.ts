import { canonical, sha256 } from '@headgate/contracts';

/**
 * What an environment holds: for every node that carries a verdict, what it was built from and how its last run ended.
 * Folded from run outcomes, never edited; a plan names its hash. Contract: `environment-state.json`.
 */
export interface EnvironmentState {
  readonly schemaVersion: '1.0';
  readonly nodes: Readonly<Record<string, NodeState>>;
  /** Fingerprint → what it was made of, for inputs that are not built themselves: sources, ephemeral models. */
  readonly inputs: Readonly<Record<string, InputState>>;
  /** Hash → macro id → hash of its SQL: all macros of a manifest that something was built with. */
  readonly macroTables: Readonly<Record<string, MacroTable>>;
  /** Hash of a `macros` part → the ids of the macros that were reached. */
  readonly reached: Readonly<Record<string, readonly string[]>>;
}

export interface NodeState {
  /** What the relation was built from; null when the node never succeeded. */
  readonly built: Built | null;
  readonly last: LastRun;
}

export interface Built extends Made {
  readonly fingerprint: string;
  /** Key into `macroTables`. */
  readonly macroTable: string;
  readonly run: string;
  readonly attempt: number;
  /** RFC 3339, as the engine wrote it. */
  readonly finishedAt: string | null;
  readonly relation: string | null;
  /** Source or seed id → the version of the data that was read; id of an input → hash of this map of it. Where known. */
  readonly data: Readonly<Record<string, string>>;
  /** What its compiled SQL says; absent where it was not compiled, or not looked at. */
  readonly query?: BuiltQuery;
}

export interface BuiltQuery {
  /** Hash of the compiled SQL, relations under the ids of their nodes. */
  readonly text: string;
  /** Hash of the configuration as it was rendered, without what names a place. */
  readonly settings: string;
  readonly rule: QueryRule;
  /** Hash of all that the query gave over what its inputs held; null when nobody can tell. */
  readonly result: string | null;
  /** What stands in the relation. */
  readonly content: Content;
}

/** `columns`: known column by column. Everything else says why not. */
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
 * What stands in a relation, as hashes that are equal only where rows and values are. A null: nobody can tell, nothing
 * is equal to it.
 */
export interface Content {
  /** Which rows there are. */
  readonly rows: string | null;
  /** Column in lower case → what is in it. */
  readonly columns: Readonly<Record<string, string | null>>;
  /** Columns in order, as they are spelled. */
  readonly names: readonly string[];
  /** Columns that are not known by name; absent when there are none. */
  readonly rest?: string | null;
  /** All of it, with names and order. */
  readonly self: string | null;
}

export type MacroTable = Readonly<Record<string, string>>;

/** The ingredients of a fingerprint. */
export interface Made {
  /** Part name → hash; see `parts.ts`. */
  readonly parts: Readonly<Record<string, string>>;
  /** Id of each direct input → its fingerprint when this one was built, `absent` when it had none. */
  readonly upstream: Readonly<Record<string, string>>;
}

export interface InputState extends Made {
  readonly id: string;
  /** Key into `macroTables`. */
  readonly macroTable: string;
}

export interface LastRun {
  readonly result: 'succeeded' | 'failed' | 'skipped';
  /** The engine's own word. */
  readonly status: string;
  readonly run: string;
  readonly attempt: number;
  readonly finishedAt: string | null;
}

/** The fingerprint of an input that was not there. */
export const absent = 'absent';

export const emptyState: EnvironmentState = {
  schemaVersion: '1.0',
  nodes: {},
  inputs: {},
  macroTables: {},
  reached: {},
};

/** The hash that plans name: of the state's canonical bytes, which are also its file. */
export function stateHash(state: EnvironmentState): string {
  return sha256(canonical(state));
}
