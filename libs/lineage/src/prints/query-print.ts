import { dialectOf, rulesOf, type Dialect } from '../dialect.ts';
import { parseSql } from '../parser.ts';
import { leaf, Opaque, type OpaqueRule, type Print } from './print.ts';
import { Printer } from './query.ts';
import type { Rows } from './rows.ts';
import { Withs } from './withs.ts';

/** A relation that a query may read. */
export interface KnownRelation {
  readonly id: string;
  /** Columns in order, as far as they are known. */
  readonly columns: readonly string[];
  /** Whether these are all. */
  readonly complete: boolean;
}

export interface PrintedQuery {
  readonly ok: true;
  readonly rows: Print;
  /** In order. */
  readonly columns: readonly { readonly name: string; readonly print: Print }[];
  /** Columns that are not known one by one, as one; null when all are. */
  readonly rest: Print | null;
  /** The order in which rows are to be stored; null for none. */
  readonly order: Print | null;
}

export interface OpaqueQuery {
  readonly ok: false;
  readonly rule: OpaqueRule;
  /** The function, the name or the syntax that is not known. */
  readonly what: string;
}

/**
 * What a query gives, as prints: which rows there are, and for each column what is in it, in one spelling for all SQL that
 * means the same (comments, aliases, names and order of CTEs do not show). `uses` of a print are pairs of a relation's id
 * and a column of it, `#rows` for which rows it has, or `#all`, split by a NUL.
 * Closed: a function, a syntax or a name that is not known makes the whole query opaque. Never throws for bad SQL.
 * `relations` answers by the parts of a name in lower case; null for one that the query should not know.
 */
export function printQuery(
  sql: string,
  relations: (path: readonly string[]) => KnownRelation | null,
  { dialect }: { readonly dialect: Dialect },
): PrintedQuery | OpaqueQuery {
  const rules = rulesOf(dialect);
  try {
    const parsed = parseSql(sql, rules);
    if (!parsed.ok) return { ok: false, rule: 'unparsed', what: parsed.message.slice(0, 120) };
    const [statement] = parsed.statements;
    if (!statement || parsed.statements.length !== 1 || parsed.parts.size > 0)
      return { ok: false, rule: 'unsupported', what: 'no single query' };
    const printer = new Printer(rules, (path) => baseRows(relations(path)));
    const rows = printer.query(statement, Withs.none, null);
    const twice = firstTwice(rows.columns.map(({ name }) => name.toLowerCase()));
    if (twice !== undefined) return { ok: false, rule: 'unsupported', what: `two columns called ${twice}` };
    const [first, ...more] = rows.rest;
    const rest = first
      ? {
          text: [first, ...more].map(({ all }) => all.text).join(),
          uses: usesOf(rows),
          volatile: rows.rest.some(({ all }) => all.volatile),
        }
      : null;
    return { ok: true, rows: rows.rows, columns: rows.columns, rest, order: printer.order(statement, rows) };
  } catch (error) {
    if (error instanceof Opaque) return { ok: false, rule: error.rule, what: error.what.slice(0, 120) };
    if (error instanceof RangeError && /call stack/i.test(error.message))
      return { ok: false, rule: 'limit', what: 'the query is nested too deeply' };
    throw error;
  }
}

function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, i) => names.indexOf(name) !== i);
}

function usesOf(rows: Rows): ReadonlySet<string> {
  return new Set(rows.rest.flatMap(({ all }) => [...all.uses]));
}

function baseRows(known: KnownRelation | null): Rows | null {
  if (!known) return null;
  const { id, columns, complete } = known;
  return {
    rows: leaf(id, '#rows'),
    columns: columns.map((name) => ({ name, print: leaf(id, name.toLowerCase()) })),
    rest: complete ? [] : [{ all: leaf(id, '#all'), column: (name) => leaf(id, name) }],
  };
}

/** Reads a query; the answer about a relation is null for one that it should not know. */
export type QueryPrinter = (
  sql: string,
  relations: (path: readonly string[]) => KnownRelation | null,
) => PrintedQuery | OpaqueQuery;

interface Remembered {
  readonly asked: readonly (readonly [path: readonly string[], answer: string])[];
  readonly printed: PrintedQuery | OpaqueQuery;
}

/** A printer of the queries of a dbt adapter that remembers what it read; undefined for an adapter whose SQL nobody reads. */
export function queryPrinter(adapter: string | null | undefined): QueryPrinter | undefined {
  const dialect = dialectOf(adapter ?? '');
  if (!dialect) return undefined;
  const known = new Map<string, Remembered[]>();
  return (sql, relations) => {
    const before = known.get(sql) ?? [];
    const hit = before.find(({ asked }) => asked.every(([path, answer]) => said(relations(path)) === answer));
    if (hit) return hit.printed;
    const asked: [readonly string[], string][] = [];
    const printed = printQuery(
      sql,
      (path) => {
        const answer = relations(path);
        asked.push([path, said(answer)]);
        return answer;
      },
      { dialect },
    );
    known.set(sql, [...before, { asked, printed }]);
    return printed;
  };
}

function said(known: KnownRelation | null): string {
  return known ? JSON.stringify([known.id, known.complete, known.columns]) : '';
}
