import type { Body, Span } from './ast.ts';
import type { Column, Relation, Value } from './relation.ts';

/** One row source of a FROM clause. */
export interface Source {
  /** Folded alias; null when it has none. */
  alias: string | null;
  /** Null when the columns are unknown. */
  relation: Relation | null;
  /** The base table's name; null for anything else. */
  readonly table: string | null;
  /** Lower-case dotted parts under which a base table was named. */
  readonly path: readonly string[];
  /** What every column of a table function or array stands for; null for other sources. */
  readonly opaque: Value | null;
  /** Where a base table is named. */
  readonly span: Span | null;
  /** The right side of a semi or anti join is not visible outside its condition. */
  hidden: boolean;
}

export function source(alias: string | null, relation: Relation | null, extra: Partial<Source> = {}): Source {
  return { alias, relation, table: null, path: [], opaque: null, span: null, hidden: false, ...extra };
}

/** What names mean inside one SELECT (or one DML statement). */
export class Scope {
  readonly sources: Source[] = [];
  /** Columns merged by USING or NATURAL, by folded name. */
  readonly merged = new Map<string, Column>();
  /** Output columns by alias, as far as they have been resolved. */
  readonly aliases = new Map<string, Column>();
  readonly windows = new Map<string, Body>();
  /** Parameters of lambdas and comprehensions around the expression. */
  parameters: ReadonlySet<string> = new Set();
  /** CONNECT BY brings pseudo columns. */
  hierarchical = false;

  readonly parent: Scope | null;

  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  /** The same scope with more lambda parameters. */
  withParameters(names: readonly string[]): Scope {
    const inner = Object.create(this) as Scope;
    inner.parameters = new Set([...this.parameters, ...names]);
    return inner;
  }
}

/** A common table expression: resolved when it is first read, so that one nobody reads adds nothing. */
export interface Cte {
  relation: () => Relation;
}

/** The common table expressions in sight; each WITH adds a frame, of which an expression sees those before `limit`. */
export class Environment {
  private readonly parent: Environment | null;
  private readonly ctes: ReadonlyMap<string, { readonly index: number; readonly cte: Cte }>;
  private readonly limit: number;

  constructor(
    parent: Environment | null = null,
    ctes: ReadonlyMap<string, { readonly index: number; readonly cte: Cte }> = new Map(),
    limit = Infinity,
  ) {
    this.parent = parent;
    this.ctes = ctes;
    this.limit = limit;
  }

  find(key: string): Cte | null {
    const entry = this.ctes.get(key);
    if (entry !== undefined && entry.index < this.limit) return entry.cte;
    return this.parent === null ? null : this.parent.find(key);
  }

  with(key: string, cte: Cte): Environment {
    return new Environment(this, new Map([[key, { index: 0, cte }]]));
  }
}

/** Where a name stands: in a SELECT list, in a condition on input rows, or behind the list (HAVING, QUALIFY, ORDER BY), where aliases are in sight. */
export type Mode = 'select' | 'rows' | 'after';
