import { mix, Opaque, type Print } from './print.ts';
import { named, type Rows } from './rows.ts';

/** One source of a FROM clause. */
export interface PlaceSource {
  readonly alias: string | null;
  readonly rows: Rows;
  /** Not in sight outside its join condition. */
  hidden: boolean;
}

/** What names mean inside one SELECT. */
export class Place {
  readonly sources: PlaceSource[] = [];
  /** Columns joined by USING, by name in lower case. */
  readonly merged = new Map<string, Print>();
  readonly aliases = new Map<string, Print>();
  readonly windows = new Map<string, unknown>();

  constructor(readonly outer: Place | null) {}

  /** A column by table and name. */
  qualified(table: string, name: string): Print {
    const lower = table.toLowerCase();
    const [source, ...others] = this.sources.filter((one) => one.alias === lower && !one.hidden);
    if (others.length > 0) throw new Opaque('unresolved_name', `${table} stands twice`);
    if (source) return one(named(source.rows, name), `${table}.${name}`);
    if (!this.outer) throw new Opaque('unresolved_name', `${table}.${name}`);
    return this.outer.qualified(table, name);
  }

  /** A column by its name alone: all that it may be, when that is more than one. `aliases`: whether the SELECT list is in sight. */
  unqualified(name: string, aliases: boolean): Print {
    const found = this.candidates(name.toLowerCase(), aliases);
    if (found.prints.length === 0) throw new Opaque('unresolved_name', name);
    return found.prints.length === 1 ? (found.prints[0] as Print) : mix('one of', found.prints);
  }

  private candidates(lower: string, aliases: boolean): { prints: readonly Print[]; certain: boolean } {
    const visible = this.sources.filter((source) => !source.hidden);
    const merged = this.merged.get(lower);
    const known = merged ? [merged] : visible.flatMap((source) => exact(source.rows, lower));
    if (known.length > 1) throw new Opaque('unresolved_name', `${lower} is ambiguous`);
    if (known.length === 0 && this.sources.some((source) => source.alias === lower))
      throw new Opaque('unsupported', `the row ${lower} as a value`);
    const alias = aliases ? this.aliases.get(lower) : undefined;
    const open = merged ? [] : visible.flatMap((source) => source.rows.rest.map((rest) => rest.column(lower)));
    // `a as a` is the column itself, by either name.
    const other = alias && !known.some((one) => one.text === alias.text) ? [alias] : [];
    const prints = [...known, ...open, ...other];
    const certain = known.length > 0 || alias !== undefined;
    if (certain || !this.outer) return { prints, certain };
    const further = this.outer.candidates(lower, false);
    return { prints: [...prints, ...further.prints], certain: further.certain };
  }
}

function exact(rows: Rows, lower: string): readonly Print[] {
  return rows.columns.filter((column) => column.name.toLowerCase() === lower).map(({ print }) => print);
}

function one(prints: readonly Print[], name: string): Print {
  if (prints.length === 0) throw new Opaque('unresolved_name', name);
  return prints.length === 1 ? (prints[0] as Print) : mix('one of', prints);
}
