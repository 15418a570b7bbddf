import { nameOf, type Body } from './ast.ts';
import type { DialectRules } from './dialect.ts';
import type { Schema } from './edge.ts';
import { Relation, type Column, type Ref } from './relation.ts';

/** A table found by name: `relation` is null when its columns are unknown, `ambiguous` when several tables have that name. */
export interface Table {
  readonly name: string;
  readonly relation: Relation | null;
  readonly ambiguous: boolean;
}

interface Entry {
  readonly name: string;
  readonly parts: readonly string[];
  readonly columns: readonly string[];
  readonly complete: boolean;
  relation: Relation | null;
}

/** The reference that a star over a table with unknown columns stands for. */
export function openStar(table: string): Ref {
  const key = `${table.toLowerCase()}\u0000*`;
  return {
    table,
    column: '*',
    key,
    kind: 'value',
    confidence: 0.3,
    direct: true,
    span: null,
    within: null,
    open: true,
  };
}

/** A column of a base table, before a query has named it. */
export function baseRef(table: string, column: string, key: string, confidence: number): Ref {
  const id = `${table.toLowerCase()}\u0000${key}`;
  return { table, column, key: id, kind: 'value', confidence, direct: true, span: null, within: null, open: false };
}

/**
 * Tables by name. A reference finds a table when the shorter of the two dotted names ends the longer one; when several tables
 * fit and none is equal, it finds none and says so.
 */
export class Catalog {
  private readonly byLast = new Map<string, Entry[]>();

  private readonly rules: DialectRules;
  private readonly parent: Catalog | null;

  constructor(rules: DialectRules, schema: Schema = {}, parent: Catalog | null = null) {
    this.rules = rules;
    this.parent = parent;
    for (const [name, value] of Object.entries(schema)) {
      const table = Array.isArray(value)
        ? { columns: value as readonly string[] }
        : (value as Exclude<Schema[string], readonly string[]>);
      this.put(name, table.columns, table.complete ?? true);
    }
  }

  /** A catalog over this one: what is put there is found first, and this one stays as it is. */
  overlay(): Catalog {
    return new Catalog(this.rules, {}, this);
  }

  /** Adds a table or replaces the one of exactly that name. `relation`: the table stands for this, not for columns of its own. */
  put(name: string, columns: readonly string[], complete = true, relation: Relation | null = null): void {
    const parts = splitName(name);
    const last = parts[parts.length - 1] ?? '';
    const known = (this.byLast.get(last) ?? []).filter((entry) => entry.parts.join('.') !== parts.join('.'));
    this.byLast.set(last, [...known, { name, parts, columns, complete, relation }]);
  }

  lookUp(table: Body): Table {
    const written = [table.catalog, table.schema, table.name]
      .map((part) => nameOf(part)?.text)
      .filter((part) => part !== undefined && part !== '');
    const name = written.join('.');
    const parts = splitName(name);
    const fits = (this.byLast.get(parts[parts.length - 1] ?? '') ?? []).filter((entry) =>
      endsAlike(entry.parts, parts),
    );
    const exact = fits.find((entry) => entry.parts.length === parts.length);
    const entry = exact ?? (fits.length === 1 ? fits[0] : undefined);
    if (entry === undefined && this.parent !== null) return this.parent.lookUp(table);
    if (entry === undefined) return { name, relation: null, ambiguous: fits.length > 1 };
    entry.relation ??= this.relationOf(entry);
    return { name: entry.name, relation: entry.relation, ambiguous: false };
  }

  private relationOf(entry: Entry): Relation {
    const seen = new Set<string>();
    const columns: Column[] = entry.columns.map((name) => {
      // Two columns that differ in case only are two columns; otherwise case never tells columns of one table apart.
      const lower = name.toLowerCase();
      const key = seen.has(lower) ? name : lower;
      seen.add(lower);
      return { key: name, name, soft: true, refs: [baseRef(entry.name, name, key, 1)], floor: 1 };
    });
    if (!entry.complete)
      columns.push({ key: '*', name: '*', soft: false, isStar: true, refs: [openStar(entry.name)], floor: 1 });
    return new Relation(columns);
  }

  /** The folded key and the spelling of a column of a table without schema. */
  unknownColumn(table: string, name: { text: string; quoted: boolean }, confidence: number): Ref {
    return baseRef(table, name.text, this.rules.fold(name).toLowerCase(), confidence);
  }
}

/** Dotted name → lower-case parts; quotes of any kind are dropped. */
export function splitName(name: string): string[] {
  return name.replace(/["`]/g, '').toLowerCase().split('.');
}

function endsAlike(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  for (let i = 1; i <= short.length; i++) if (short[short.length - i] !== long[long.length - i]) return false;
  return true;
}
