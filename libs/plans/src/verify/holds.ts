import { hashOf } from '@headgate/contracts';
import { createHash } from 'node:crypto';
import { behind, byRelation, type Query, queryOf } from './compiled.ts';
import type { ManifestEvidence } from './evidence.ts';

/**
 * Reads one SQL query. The reader comes from the library of column lineage: it is the one piece that both sides of a
 * verification share, and it is checked by running mutated projects, not here.
 */
export type ReadSql = (
  sql: string,
  relations: (path: readonly string[]) => { id: string; columns: readonly string[]; complete: boolean } | null,
) =>
  | {
      readonly ok: true;
      readonly rows: Part;
      readonly columns: readonly { readonly name: string; readonly print: Part }[];
      readonly rest: Part | null;
      readonly order: Part | null;
    }
  | { readonly ok: false; readonly rule: string; readonly what: string };

interface Part {
  readonly text: string;
  readonly uses: ReadonlySet<string>;
  readonly volatile: boolean;
}

/** What a relation holds, as the state writes it. */
export interface Held {
  readonly rows: string | null;
  readonly columns: Readonly<Record<string, string | null>>;
  readonly names: readonly string[];
  readonly rest?: string | null;
  readonly self: string | null;
}

export const nothingKnown: Held = { rows: null, columns: {}, names: [], rest: null, self: null };

export interface Answer {
  readonly rule: string;
  readonly what?: string;
  readonly result: string | null;
  readonly held: Held;
  readonly uses: ReadonlySet<string>;
}

/** What queries give over what their inputs hold. */
export class Holdings {
  private readonly queries = new Map<string, Query | null>();
  private readonly relations: ReadonlyMap<string, readonly string[]>;

  constructor(
    private readonly now: ManifestEvidence,
    readonly before: (id: string) => Held | undefined,
    private readonly read: ReadSql,
  ) {
    this.relations = byRelation(now.manifest);
  }

  query(id: string): Query | null {
    let query = this.queries.get(id);
    if (query === undefined) this.queries.set(id, (query = queryOf(this.now, id)));
    return query;
  }

  /** Sources and seeds: what the manifest says of their data. */
  given(id: string): Held | undefined {
    const { manifest } = this.now;
    const parts = this.now.partsOf(id);
    if (manifest.sources[id]) return solid(sum(['source', id, parts['relation'] ?? '']));
    const node = manifest.nodes[id];
    if (node?.resource_type !== 'seed') return undefined;
    if (node.checksum?.name === 'path' && parts['body'] === hashOf(node.checksum)) return nothingKnown;
    const config = node.config ?? {};
    const settings = { types: 'column_types', delimiter: 'delimiter', quote: 'quote_columns' };
    const chosen = Object.fromEntries(Object.entries(settings).map(([short, key]) => [short, config[key] ?? null]));
    if (this.now.builtWith(id)?.ownWay) return nothingKnown;
    const more = [parts['machinery'] ?? '', parts['reads'] ?? ''];
    return solid(sum(['seed', id, parts['body'] ?? '', hashOf(chosen), ...more]));
  }

  answer(id: string, query: Query, held: (id: string) => Held | undefined): Answer {
    const none = { result: null, held: nothingKnown, uses: new Set<string>() };
    if (query.closed !== null) return { rule: query.closed, ...none };
    const inputs = behind(this.now.manifest, id);
    const printed = this.read(query.sql, (path) => {
      const ids = (this.relations.get(path.join('\u0000')) ?? []).filter((one) => inputs.has(one));
      if (ids.length !== 1) return null;
      const input = held(ids[0] as string);
      return {
        id: ids[0] as string,
        columns: input?.names ?? [],
        complete: input !== undefined && input.rest === undefined,
      };
    });
    if (!printed.ok) return { rule: printed.rule, what: printed.what, ...none };
    const of = (part: Part): string | null => worth(part, held);
    const columns: Record<string, string | null> = {};
    for (const { name, print } of printed.columns) columns[name.toLowerCase()] = under(query.contract, of(print));
    const rows = of(printed.rows);
    const rest = printed.rest === null ? undefined : under(query.contract, of(printed.rest));
    const names = printed.columns.map(({ name }) => name);
    const pieces = [rows, ...names.map((name) => columns[name.toLowerCase()] as string | null)];
    if (rest !== undefined) pieces.push(rest);
    if (printed.order) pieces.push(of(printed.order));
    const known = pieces.every((piece) => piece !== null);
    const self = known ? sum([JSON.stringify(names), query.contract, ...(pieces as string[])]) : null;
    const parts = [printed.rows, printed.rest, printed.order, ...printed.columns.map(({ print }) => print)];
    const uses = new Set(parts.flatMap((part) => (part ? [...part.uses] : [])));
    if (this.now.type(id) === 'snapshot') return { rule: 'snapshot', result: self, held: nothingKnown, uses };
    return {
      rule: 'columns',
      result: self,
      held: { rows, columns, names, ...(rest !== undefined && { rest }), self },
      uses,
    };
  }
}

export function solid(hash: string): Held {
  return { rows: hash, columns: {}, names: [], rest: hash, self: hash };
}

function under(contract: string, hash: string | null): string | null {
  return contract === '' || hash === null ? hash : sum([contract, hash]);
}

/** The hash of what a query takes out of an input; null when it is not known. */
export function taken(use: string, held: (id: string) => Held | undefined): string | null {
  const at = use.indexOf('\u0000');
  const from = held(use.slice(0, at));
  const what = use.slice(at + 1);
  if (!from) return null;
  if (what === '#rows') return from.rows;
  if (what === '#all') return from.self;
  if (from.columns[what] !== undefined) return from.columns[what];
  return from.rest ? sum([from.rest, what]) : null;
}

function worth({ text, uses, volatile }: Part, held: (id: string) => Held | undefined): string | null {
  if (volatile) return null;
  const pieces = [text];
  for (const use of [...uses].sort()) {
    const hash = taken(use, held);
    if (hash === null) return null;
    pieces.push(use, hash);
  }
  return sum(pieces);
}

export function sum(pieces: readonly string[]): string {
  return createHash('sha256')
    .update(pieces.map((piece) => `${piece.length}:${piece}`).join(''))
    .digest('hex')
    .slice(0, 40);
}
