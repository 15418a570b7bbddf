import { nameOf, type Body, type Name, type Node, type Span } from './ast.ts';
import type { Catalog } from './catalog.ts';
import { partOf, type Parts } from './deep.ts';
import type { DialectRules } from './dialect.ts';
import type { EdgeKind, NoticeCode } from './edge.ts';
import { RefSet, type Column, type Relation, type Value } from './relation.ts';
import type { Environment, Mode, Scope } from './scope.ts';

/** The query is too large for the resolver's limit. */
export class LimitExceeded extends Error {}

/** The statement holds a construct whose rows or columns cannot be told. */
export class Unsupported extends Error {}

export interface RawNotice {
  readonly code: NoticeCode;
  readonly message: string;
  readonly span: Span | null;
}

/** The mutually recursive halves of the resolver, joined in engine.ts so that no file imports its own importer. */
export interface Halves {
  query: (cx: Resolver, node: Node, environment: Environment, scope: Scope | null) => Relation;
  expression: (cx: Resolver, node: Node, scope: Scope, environment: Environment, mode?: Mode, kind?: EdgeKind) => Value;
  from: (cx: Resolver, node: Node, scope: Scope, environment: Environment) => void;
  returning: (cx: Resolver, node: Node, environment: Environment) => Relation;
}

/** The state of resolving one statement. */
export class Resolver {
  readonly rows = new RefSet();
  readonly notices: RawNotice[] = [];
  /** Names of a script's variables (lower case): they hold no column. */
  variables: ReadonlySet<string> = new Set();
  /** Which of the columns of COLUMNS(…) an expression is being read for. */
  chosenColumn: number | null = null;
  /** The expression being read: references name it as where they stand. */
  within: Node | null = null;
  private steps = 0;
  private readonly said = new Set<string>();

  readonly rules: DialectRules;
  readonly catalog: Catalog;
  readonly halves: Halves;
  /** Trees of what the parser could not reach, by the names that stand for them. */
  readonly parts: Parts;
  private readonly limit: number;

  constructor(rules: DialectRules, catalog: Catalog, halves: Halves, limit: number, parts: Parts = new Map()) {
    this.rules = rules;
    this.catalog = catalog;
    this.halves = halves;
    this.limit = limit;
    this.parts = parts;
  }

  step(units = 1): void {
    this.steps += units;
    if (this.steps > this.limit) throw new LimitExceeded(`the query needs more than ${this.limit} steps to resolve`);
  }

  notice(code: NoticeCode, message: string, span: Span | null = null): void {
    if (this.said.has(message)) return;
    this.said.add(message);
    this.notices.push({ code, message, span });
  }

  /** The tree that a name stands for when the SQL was cut; null for ordinary names. */
  partOf(node: unknown): Node | null {
    if (this.parts.size === 0) return null;
    const part = partOf(nameOf(node)?.text ?? '');
    return part === null ? null : (this.parts.get(part) ?? null);
  }

  /** Folded key of an identifier-like node; null when it has no name. */
  key(node: unknown): string | null {
    const name = nameOf(node);
    return name === null ? null : this.rules.fold(name);
  }

  fold(name: Name): string {
    return this.rules.fold(name);
  }

  query(node: Node, environment: Environment, scope: Scope | null): Relation {
    this.step();
    return this.halves.query(this, node, environment, scope);
  }

  expression(node: Node, scope: Scope, environment: Environment, mode?: Mode, kind?: EdgeKind): Value {
    return this.halves.expression(this, node, scope, environment, mode, kind);
  }

  /** Columns of a value whose parts bear on which rows there are. */
  addRows(value: Value, kind: EdgeKind): void {
    this.step(value.refs.length);
    this.rows.addAll(value, kind);
  }

  /** An expression whose columns decide on rows; each side of an AND stands for itself. */
  condition(
    node: Node | null | undefined,
    scope: Scope,
    environment: Environment,
    kind: EdgeKind,
    mode: Mode = 'rows',
  ): void {
    let rest: Node | null | undefined = node;
    const before = this.within;
    while (rest) {
      const and = rest.and as Body | undefined;
      const one: Node = and === undefined ? rest : (and.right as Node);
      this.within = one;
      this.addRows(this.expression(one, scope, environment, mode, kind), kind);
      rest = and === undefined ? null : (and.left as Node);
    }
    this.within = before;
  }
}

/** The columns renamed by position, as `AS t (a, b)` does; columns beyond the list keep their names. */
export function renamed(
  cx: Resolver,
  columns: readonly Column[],
  names: readonly unknown[] | null | undefined,
): readonly Column[] {
  if (!names || names.length === 0) return columns;
  return columns.map((column, i) => {
    const name = i < names.length ? nameOf(names[i]) : null;
    return name === null ? column : { ...column, key: cx.fold(name), name: name.text, soft: false };
  });
}
