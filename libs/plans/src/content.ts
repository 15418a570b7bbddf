import { createHash } from 'node:crypto';
import type { Content } from './environment-state.ts';

/** What one value is made of; the shape that a printer of queries gives. */
export interface QueryPart {
  readonly text: string;
  readonly uses: ReadonlySet<string>;
  readonly volatile: boolean;
}

/** A query as a printer gives it: see `printQuery` of @headgate/lineage. */
export type PrintedQuery =
  | {
      readonly ok: true;
      readonly rows: QueryPart;
      readonly columns: readonly { readonly name: string; readonly print: QueryPart }[];
      readonly rest: QueryPart | null;
      readonly order: QueryPart | null;
    }
  | { readonly ok: false; readonly rule: OpaqueRule; readonly what: string };

export type OpaqueRule =
  'unparsed' | 'unsupported' | 'unknown_function' | 'unknown_relation' | 'unresolved_name' | 'limit';

export interface KnownRelation {
  readonly id: string;
  readonly columns: readonly string[];
  readonly complete: boolean;
}

/** Reads a query; `relations` answers by the parts of a name in lower case. */
export type PrintQuery = (sql: string, relations: (path: readonly string[]) => KnownRelation | null) => PrintedQuery;

export function digest(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest('hex').slice(0, 40);
}

/** Content of which nothing is known. */
export const unknown: Content = { rows: null, columns: {}, names: [], rest: null, self: null };

/** Content known as a whole only, by a hash that nothing else has. */
export function asOne(hash: string): Content {
  return { rows: hash, columns: {}, names: [], rest: hash, self: hash };
}

/** What a query gives over what its inputs hold. `more` is part of the whole: a contract that is enforced. */
export function contentOf(
  query: PrintedQuery & { ok: true },
  inputs: (id: string) => Content | undefined,
  more: string,
): Content {
  const valued = (part: QueryPart): string | null => value(part, inputs);
  const rows = valued(query.rows);
  const columns = Object.fromEntries(
    query.columns.map(({ name, print }) => [name.toLowerCase(), wrapped(valued(print), more)]),
  );
  const names = query.columns.map(({ name }) => name);
  const rest = query.rest && wrapped(valued(query.rest), more);
  const all = [rows, ...names.map((name) => columns[name.toLowerCase()] ?? null), ...(query.rest ? [rest] : [])];
  if (query.order) all.push(valued(query.order));
  const self = all.includes(null) ? null : digest(JSON.stringify(names), more, ...(all as string[]));
  return { rows, columns, names, ...(query.rest && { rest }), self };
}

function wrapped(hash: string | null, more: string): string | null {
  return hash === null || more === '' ? hash : digest(more, hash);
}

function value(part: QueryPart, inputs: (id: string) => Content | undefined): string | null {
  if (part.volatile) return null;
  const found: string[] = [];
  for (const use of [...part.uses].sort()) {
    const hash = usedHash(use, inputs);
    if (hash === null) return null;
    found.push(use, hash);
  }
  return digest(part.text, ...found);
}

/** What a query reads of an input, hashed; null when nobody knows it. */
export function usedHash(use: string, inputs: (id: string) => Content | undefined): string | null {
  const [id, what] = use.split('\u0000') as [string, string];
  const content = inputs(id);
  if (!content) return null;
  if (what === '#rows') return content.rows;
  if (what === '#all') return content.self;
  const column = content.columns[what];
  if (column !== undefined) return column;
  return content.rest === undefined || content.rest === null ? null : digest(content.rest, what);
}
