import type { Node, Span } from './ast.ts';
import type { EdgeKind } from './edge.ts';

/** One reading of a base column. `span` is null until the query names the column; then the reference is final but for kind and confidence. */
export interface Ref {
  readonly table: string;
  readonly column: string;
  /** Table and column, folded: what makes two references the same. */
  readonly key: string;
  readonly kind: EdgeKind;
  readonly confidence: number;
  readonly direct: boolean;
  readonly span: Span | null;
  /** The expression in which it is read; null for a star. */
  readonly within: Node | null;
  /** A star over unknown columns: `column` is `*`, and a name looked up through it takes its place. */
  readonly open: boolean;
}

/** What an expression depends on; `floor` is below 1 when a name in it was not understood. */
export interface Value {
  readonly refs: readonly Ref[];
  readonly floor: number;
}

export const NOTHING: Value = { refs: [], floor: 1 };

export interface Column extends Value {
  /** Folded name; a soft column also matches case-insensitively, because a schema tells its spelling but not its quoting. */
  readonly key: string;
  readonly name: string;
  readonly soft: boolean;
  /** Names that `* EXCEPT`, RENAME and REPLACE took out of an open star (lower case). */
  readonly without?: ReadonlySet<string>;
  readonly isStar?: boolean;
  /** Where the table is named over whose star this column came: stars have no place of their own in the parser's tree. */
  readonly at?: Span;
}

/** The columns of one row source, by position and by name. */
export class Relation {
  private index: Map<string, Column[]> | null = null;
  private starColumns: Column[] | null = null;

  readonly columns: readonly Column[];

  constructor(columns: readonly Column[]) {
    this.columns = columns;
  }

  get stars(): readonly Column[] {
    return (this.starColumns ??= this.columns.filter((column) => column.isStar));
  }

  find(key: string): Column | null {
    const hits = this.byName().get(key.toLowerCase());
    if (hits === undefined) return null;
    for (const hit of hits) if (hit.key === key) return hit;
    const soft = hits.filter((hit) => hit.soft);
    return soft.length === 1 ? soft[0]! : null;
  }

  private byName(): Map<string, Column[]> {
    if (this.index !== null) return this.index;
    const index = new Map<string, Column[]>();
    for (const column of this.columns) {
      if (column.isStar) continue;
      const lower = column.key.toLowerCase();
      const known = index.get(lower);
      if (known === undefined) index.set(lower, [column]);
      else known.push(column);
    }
    return (this.index = index);
  }
}

const LINEAR = 8;

/** Gathers references, each source and kind once: the most trusted reading stays, and the first of equals. */
export class RefSet {
  readonly refs: Ref[] = [];
  floor = 1;
  private index: Map<string, number> | null = null;

  addAll(value: Value, kind?: EdgeKind, direct = false): void {
    if (value.floor < this.floor) this.floor = value.floor;
    for (const ref of value.refs) this.add(ref, kind, direct);
  }

  /** `kind` replaces the reference's own; without it (or with `value`) a window or filter stays what it was further in. */
  add(ref: Ref, kind?: EdgeKind, direct = false): void {
    const to = kind === undefined || kind === 'value' ? ref.kind : kind;
    const at = this.find(ref.key, to);
    const straight = direct && ref.direct;
    if (at >= 0) {
      const known = this.refs[at]!;
      if (known.confidence >= ref.confidence) return;
      this.refs[at] = { ...ref, kind: to, direct: straight };
      return;
    }
    this.refs.push(ref.kind === to && ref.direct === straight ? ref : { ...ref, kind: to, direct: straight });
    if (this.index !== null) this.index.set(`${to}|${ref.key}`, this.refs.length - 1);
  }

  private find(key: string, kind: EdgeKind): number {
    if (this.refs.length <= LINEAR) {
      for (let i = 0; i < this.refs.length; i++) if (this.refs[i]!.key === key && this.refs[i]!.kind === kind) return i;
      return -1;
    }
    this.index ??= new Map(this.refs.map((ref, i) => [`${ref.kind}|${ref.key}`, i]));
    return this.index.get(`${kind}|${key}`) ?? -1;
  }
}

/** A value alone, without the name of the column that may carry it. */
export function plain({ refs, floor }: Value): Value {
  return { refs, floor };
}

/** Several values as one, each passed on unchanged (set operations, merged columns). */
export function union(values: readonly Value[]): Value {
  if (values.length === 0) return NOTHING;
  if (values.length === 1) return plain(values[0]!);
  const set = new RefSet();
  for (const value of values) set.addAll(value, undefined, true);
  return { refs: set.refs, floor: set.floor };
}
