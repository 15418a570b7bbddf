import { isQuery, nameOf, SILENT, type Body, type Node } from '../ast.ts';
import { functionKind, NO_COLUMN, SYNTAX } from './functions.ts';
import type { Place } from './place.ts';
import { Opaque, short, type Print } from './print.ts';
import { whole, type Rows } from './rows.ts';

export type Subquery = (node: Node, place: Place) => Rows;

const STALE_WORDS = /^(now|today|tomorrow|yesterday)$/i;

/** Writes one expression as a print: names as what they stand for, subqueries as what they give. */
export class Expression {
  /** An aggregate stands in it, outside of windows and subqueries. */
  aggregates = false;
  /** It gives several rows. */
  sets = false;
  private volatile = false;
  private readonly uses = new Set<string>();
  private inWindow = false;

  constructor(
    private readonly place: Place,
    private readonly subquery: Subquery,
    private readonly aliases: boolean,
  ) {}

  print(node: Node | null | undefined): Print {
    const text = short(this.write(node));
    return { text, uses: new Set(this.uses), volatile: this.volatile };
  }

  private write(value: unknown): string {
    if (value === null || value === undefined || value === false) return '';
    if (Array.isArray(value)) return value.length === 0 ? '' : `[${value.map((one) => this.write(one)).join(',')}]`;
    if (typeof value !== 'object') return JSON.stringify(value);
    const keys = Object.keys(value);
    const [kind] = keys;
    if (kind === undefined) return '{}';
    const body = (value as Body)[kind] as unknown;
    // A node is an object with one key; what has more is a record of a node's.
    if (keys.length === 1 && (body === null || typeof body === 'object'))
      return this.node(kind, (body ?? {}) as Body, value);
    return this.record(value as Body);
  }

  private record(body: Body): string {
    if (typeof body.name === 'string' && 'quoted' in body)
      return body.quoted ? JSON.stringify(body.name) : body.name.toLowerCase();
    let text = '';
    for (const key in body) {
      if (SILENT.has(key)) continue;
      const value = key === 'name' && typeof body[key] === 'string' ? body[key].toLowerCase() : this.write(body[key]);
      if (value !== '') text += `${key}:${value};`;
    }
    return `{${text}}`;
  }

  private node(kind: string, body: Body, node: unknown): string {
    switch (kind) {
      case 'column':
        return this.column(body);
      case 'paren':
      case 'alias':
      case 'annotated':
        return this.write(body.this);
      case 'and':
      case 'or':
        return `${kind}(${this.terms(kind, body).sort().join(',')})`;
      case 'eq':
      case 'neq':
        return `${kind}(${[this.write(body.left), this.write(body.right)].sort().join(',')})`;
      case 'literal':
        if (STALE_WORDS.test(String(body.value))) this.volatile = true;
        return `${String(body.literal_type)}:${JSON.stringify(body.value)}`;
      case 'window_function':
        return this.window(body);
      case 'function':
      case 'aggregate_function':
        return this.call(String(body.name ?? ''), body);
      case 'data_type':
        return `type${JSON.stringify(body)}`.toLowerCase();
      default:
        if (isQuery(kind)) return this.add(whole(this.subquery(node as Node, this.place)));
        return SYNTAX.has(kind) ? `${kind}${this.record(body)}` : this.call(kind, body);
    }
  }

  private terms(kind: string, body: Body): string[] {
    return [body.left, body.right].flatMap((side: Body): string[] => {
      let inner: Body = side;
      while (inner?.paren) inner = inner.paren.this as Body;
      return inner?.[kind] ? this.terms(kind, inner[kind] as Body) : [this.write(inner)];
    });
  }

  private column(body: Body): string {
    const name = nameOf(body.name)?.text ?? '';
    if (body.join_mark || name === '*' || name === '') throw new Opaque('unsupported', `the column ${name}`);
    if (NO_COLUMN.has(name.toLowerCase())) throw new Opaque('unsupported', name);
    const table = nameOf(body.table);
    return this.add(
      table === null ? this.place.unqualified(name, this.aliases) : this.place.qualified(table.text, name),
    );
  }

  private add(print: Print): string {
    for (const use of print.uses) this.uses.add(use);
    if (print.volatile) this.volatile = true;
    return print.text;
  }

  private call(name: string, body: Body): string {
    const kind = functionKind(name);
    switch (kind) {
      case undefined:
        throw new Opaque('unknown_function', name.toLowerCase());
      case 'loose_aggregate':
      case 'loose_window':
      case 'volatile':
        this.volatile = true;
    }
    if (!this.inWindow && (kind === 'aggregate' || kind === 'loose_aggregate')) this.aggregates = true;
    if (kind === 'set') this.sets = true;
    const star = body.this?.star ?? (body.args as Body[] | undefined)?.[0]?.star;
    if (star) return `${name.toLowerCase()}(*${this.write(body.filter)})`;
    return `${name.toLowerCase()}${this.record({ ...body, name: undefined })}`;
  }

  /** A window: its function counts the rows it stands among, and with an order that has ties some come out by chance. */
  private window({ this: of, over, keep }: Body): string {
    if (keep) throw new Opaque('unsupported', 'KEEP');
    const before = this.inWindow;
    this.inWindow = true;
    const call = this.write(of);
    this.inWindow = before;
    const name = nameOf(over.window_name)?.text.toLowerCase();
    const spec = name === undefined ? null : this.place.windows.get(name);
    if (name !== undefined && spec === undefined) throw new Opaque('unresolved_name', `the window ${name}`);
    const frame = (over.frame ?? (spec as Body | null)?.frame) as Body | null | undefined;
    // Only a frame of RANGE takes all ties together.
    if (frame && !/range/i.test(JSON.stringify(frame.kind ?? ''))) this.volatile = true;
    return `over(${call},${this.write(spec)},${this.record({ ...(over as Body), window_name: null, alias: null })})`;
  }
}
