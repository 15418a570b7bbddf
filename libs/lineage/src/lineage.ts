import { createHash } from 'node:crypto';
import { canonicalText, nameOf, type Body, type Node, type Span } from './ast.ts';
import { Catalog } from './catalog.ts';
import { rulesOf } from './dialect.ts';
import type {
  Edge,
  LineageLimits,
  LineageOptions,
  LineageResult,
  Notice,
  OutputColumn,
  Position,
  Schema,
  StatementLineage,
} from './edge.ts';
import { evaluate } from './expressions.ts';
import { singleInserts } from './multi-insert.ts';
import { parseSql } from './parser.ts';
import { resolveQuery } from './query.ts';
import { Relation, type Column, type Ref } from './relation.ts';
import { addFrom } from './relations.ts';
import { LimitExceeded, Resolver, Unsupported, type Halves, type RawNotice } from './resolver.ts';
import { resolveStatement, returningRelation } from './statements.ts';

export const DEFAULT_LIMITS: LineageLimits = { text: 1_000_000, steps: 5_000_000 };

const HALVES: Halves = { query: resolveQuery, expression: evaluate, from: addFrom, returning: returningRelation };

/**
 * Column lineage of one or more SQL statements.
 * Tables that a statement creates are known to those after it. Never throws for bad SQL: the error says what and where.
 */
export function columnLineage(sql: string, schema: Schema | Catalog, options: LineageOptions): LineageResult {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  if (sql.length > limits.text) return failure('limit', `the SQL is longer than ${limits.text} characters`);
  const rules = rulesOf(options.dialect);
  const parsed = parseSql(sql, rules);
  const places = new Places(sql);
  if (!parsed.ok)
    return failure(
      parsed.code,
      parsed.message,
      parsed.offset === null ? null : places.at(parsed.offset, parsed.offset),
    );
  const given = schema instanceof Catalog ? schema : new Catalog(rules, schema);
  // Tables that the script creates are known to its later statements only.
  const catalog = given.overlay();
  const statements: StatementLineage[] = [];
  const variables = new Set<string>();
  for (const node of parsed.statements.flatMap(singleInserts)) {
    for (const name of declared(node)) variables.add(name);
    const resolver = new Resolver(rules, catalog, HALVES, limits.steps, parsed.parts);
    resolver.variables = variables;
    try {
      statements.push(resolved(resolver, node, new Output(parsed.origin, places, options.detail ?? true)));
    } catch (error) {
      if (error instanceof Unsupported && parsed.statements.length > 1) {
        statements.push(notUnderstood(error.message));
        continue;
      }
      if (error instanceof LimitExceeded) return failure('limit', error.message);
      if (error instanceof Unsupported) return failure('unsupported', error.message);
      if (error instanceof RangeError && /call stack/i.test(error.message))
        return failure('limit', 'the query is nested too deeply');
      throw error;
    }
  }
  return { ok: true, statements };
}

function failure(
  code: 'parse' | 'unsupported' | 'limit' | 'input',
  message: string,
  position: Position | null = null,
): LineageResult {
  return { ok: false, error: { code, message, position } };
}

/** The variables that a DECLARE brings, in lower case. */
function declared(node: Node): string[] {
  const items = ((node.declare?.expressions ?? []) as Node[]).map((item) => item.declare_item as Body);
  const names = items.flatMap((item) => [item.this, ...((item.additional_names ?? []) as Node[])]);
  return names.map((name) => nameOf(name)?.text.toLowerCase() ?? '');
}

/** A statement of a script that is not understood: said, so that the others are not lost with it. */
function notUnderstood(message: string): StatementLineage {
  const notices: Notice[] = [{ code: 'unsupported', message, position: null }];
  return { statement: 'unsupported', target: null, columns: [], rows: [], notices, confidence: 0.2, complete: false };
}

function resolved(resolver: Resolver, node: Node, output: Output): StatementLineage {
  const outcome = resolveStatement(resolver, node);
  const columns = output.columns(outcome.columns);
  const rows = resolver.rows.refs.map((ref) => output.edge(null, ref, null));
  const floors = [
    ...columns.map((column) => column.confidence),
    ...rows.map((row) => row.confidence),
    resolver.rows.floor,
  ];
  const complete = !outcome.columns.some((column) => column.isStar);
  if (outcome.target !== null && /^create/.test(outcome.statement) && columns.length > 0) {
    const names = columns.filter((column) => column.name !== '*').map((column) => column.name);
    resolver.catalog.put(
      outcome.target,
      names,
      complete,
      outcome.temporary ? new Relation(outcome.columns.map(softened)) : null,
    );
  }
  return {
    statement: outcome.statement,
    target: outcome.target,
    columns,
    rows,
    notices: resolver.notices.map((notice) => output.notice(notice)),
    confidence: floors.reduce((low, one) => Math.min(low, one), 1),
    complete,
  };
}

/** A temporary table stands for its query: later statements see through it to what it was made of. */
function softened(column: Column): Column {
  return { ...column, key: column.name, soft: true };
}

/** Line and column of offsets, found by bisection in a table of line starts that is made on first use. */
class Places {
  private starts: number[] | null = null;

  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  at(start: number, end: number): Position {
    const starts = (this.starts ??= lineStarts(this.text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= start) low = middle;
      else high = middle - 1;
    }
    return { start, end, line: low + 1, column: start - starts[low]! + 1 };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

/** Turns references into edges. Each expression is hashed once. */
class Output {
  private readonly hashes = new WeakMap<Node, string>();

  private readonly origin: (offset: number) => number;
  private readonly places: Places;
  private readonly detail: boolean;

  constructor(origin: (offset: number) => number, places: Places, detail: boolean) {
    this.origin = origin;
    this.places = places;
    this.detail = detail;
  }

  columns(columns: readonly Column[]): OutputColumn[] {
    return columns.map((column) => this.column(column));
  }

  private column(column: Column): OutputColumn {
    const edges = column.refs.map((ref) => this.edge(column.name, ref, column.at ?? null));
    const confidence = edges.reduce((low, edge) => Math.min(low, edge.confidence), column.floor);
    return { name: column.name, confidence, edges };
  }

  edge(target: string | null, ref: Ref, star: Span | null): Edge {
    const span = ref.span ?? star;
    return {
      target,
      sourceTable: ref.table,
      sourceColumn: ref.column,
      kind: ref.kind,
      confidence: ref.confidence,
      direct: ref.direct,
      expression: this.detail && ref.within !== null ? this.hash(ref.within) : null,
      position: this.detail && span !== null ? this.position(span) : null,
    };
  }

  notice({ code, message, span }: RawNotice): Notice {
    return { code, message, position: span === null ? null : this.position(span) };
  }

  private position(span: Span): Position {
    return this.places.at(this.origin(span.start), this.origin(span.end));
  }

  private hash(node: Node): string {
    const known = this.hashes.get(node);
    if (known !== undefined) return known;
    const hash = `sha256:${createHash('sha256').update(canonicalText(node)).digest('hex')}`;
    this.hashes.set(node, hash);
    return hash;
  }
}
