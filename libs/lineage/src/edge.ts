import type { Dialect } from './dialect.ts';

/**
 * How a source column bears on a target:
 * - `value`: its value goes into the target column's;
 * - `window`: it partitions or orders the window over which the target column is computed;
 * - `filter`, `join`: it decides which rows there are (WHERE, HAVING, QUALIFY, IN, EXISTS; ON, USING), or, with a target column,
 *   which rows an aggregate of that column reads (FILTER);
 * - `group`, `order`: rows are grouped, made distinct or ordered by it.
 */
export type EdgeKind = 'value' | 'filter' | 'join' | 'group' | 'order' | 'window';

/** Where the source column is named. Offsets are UTF-16 units from the start of the SQL; line and column count from 1. */
export interface Position {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/**
 * One row of lineage.
 * `target` is an output column, or null when the source bears on all rows.
 * `sourceColumn` is `*` when a star stands over a table whose columns are unknown.
 * `confidence`: 1 every name bound through a schema; 0.9 a qualified column of a table without schema; 0.8 an unqualified one, where
 * only one table can have it; 0.5 ambiguous with schema, in sight further out as well, or from a table function whose columns are not known; 0.4 through a star that could not be expanded; 0.3 that star itself, an
 * ambiguous name without schema, or a column that the schema does not have; 0.2 an unresolved name.
 * `direct`: the value is passed on as it is, unchanged by any expression.
 * `expression`: `sha256:…` of the canonical text of the expression in which the source column is read; null for a star.
 */
export interface Edge {
  readonly target: string | null;
  readonly sourceTable: string;
  readonly sourceColumn: string;
  readonly kind: EdgeKind;
  readonly confidence: number;
  readonly direct: boolean;
  readonly expression: string | null;
  readonly position: Position | null;
}

/** An output column; `confidence` is the lowest of its edges', or less where a name in it could not be resolved. */
export interface OutputColumn {
  readonly name: string;
  readonly confidence: number;
  readonly edges: readonly Edge[];
}

export type NoticeCode = 'unsupported' | 'unresolved' | 'ambiguous' | 'no-schema';

/** Something that was not understood, said rather than guessed. */
export interface Notice {
  readonly code: NoticeCode;
  readonly message: string;
  readonly position: Position | null;
}

/** The lineage of one statement. `target` is the table that it writes, null for a query. */
export interface StatementLineage {
  readonly statement: string;
  readonly target: string | null;
  readonly columns: readonly OutputColumn[];
  /** Edges without a target column: filter, join, group, order. */
  readonly rows: readonly Edge[];
  readonly notices: readonly Notice[];
  /** The lowest confidence of any edge or name; 1 when everything is bound. */
  readonly confidence: number;
  /** Whether all output columns are known: false when a star over an unknown table is among them. */
  readonly complete: boolean;
}

export type LineageErrorCode = 'parse' | 'unsupported' | 'limit' | 'input';

export type LineageResult =
  | { readonly ok: true; readonly statements: readonly StatementLineage[] }
  | {
      readonly ok: false;
      readonly error: { readonly code: LineageErrorCode; readonly message: string; readonly position: Position | null };
    };

/** The columns of one relation; `complete: false` when there may be others. */
export interface TableColumns {
  readonly columns: readonly string[];
  readonly complete?: boolean;
}

/** Relation name (as many dotted parts as are known) → its columns in order. */
export type Schema = Readonly<Record<string, readonly string[] | TableColumns>>;

export interface LineageLimits {
  /** Characters of SQL. */
  readonly text: number;
  /** Work units of the resolver: nodes visited, columns and references produced. */
  readonly steps: number;
}

export interface LineageOptions {
  readonly dialect: Dialect;
  readonly limits?: Partial<LineageLimits>;
  /** Whether edges carry expression and position (default); leaving them out saves a little. */
  readonly detail?: boolean;
}
