import { variant, type Body, type Node } from '../ast.ts';
import type { DialectRules } from '../dialect.ts';
import { Expression } from './expression.ts';
import { Place } from './place.ts';
import { constant, mix, Opaque, type Print } from './print.ts';
import type { Read, Reader, Relations } from './reader.ts';
import { blurred, type PrintedColumn, type Rows, whole, withNames } from './rows.ts';
import { orderOf, select } from './select.ts';
import { Withs } from './withs.ts';

const MOST_STEPS = 20_000;

/** Prints the queries of one statement. */
export class Printer implements Reader {
  private steps = 0;

  constructor(
    readonly rules: DialectRules,
    readonly relations: Relations,
  ) {}

  query(node: Node, withs: Withs, outer: Place | null): Rows {
    if (++this.steps > MOST_STEPS) throw new Opaque('limit', 'the query is too large');
    const [kind, body] = variant(node);
    switch (kind) {
      case 'select':
        return select(this, body, withs, outer);
      case 'annotated':
        return this.query(body.this as Node, withs, outer);
      case 'paren':
      case 'subquery': {
        const inner = this.withs(body.with as Body | null, withs, outer);
        return this.cut(withNames(this.query(body.this as Node, inner, outer), body.column_aliases as Node[]), body);
      }
      case 'union':
      case 'intersect':
      case 'except':
        return this.cut(this.setOperation(kind, body, withs, outer), body);
      case 'values':
        return this.values(body, withs, outer);
      default:
        throw new Opaque('unsupported', `a query of kind ${kind}`);
    }
  }

  read(node: Node, place: Place, withs: Withs, aliases = false): Read {
    const expression = new Expression(place, (query, at) => this.query(query, withs, at), aliases);
    const print = expression.print(node);
    return { print, aggregates: expression.aggregates, sets: expression.sets };
  }

  withs(clause: Body | null | undefined, withs: Withs, outer: Place | null): Withs {
    return withs.and(clause, (node, inner) => this.query(node, inner, outer));
  }

  /** The order in which the outermost query wants its rows written; null for none. */
  order(node: Node, rows: Rows): Print | null {
    const [kind, body] = variant(node);
    if (kind === 'annotated' || kind === 'paren') return this.order(body.this as Node, rows);
    const text = orderOf(body);
    return text === '' ? null : mix('ordered', [constant(text), whole(rows)]);
  }

  private setOperation(kind: string, body: Body, withs: Withs, outer: Place | null): Rows {
    for (const key of ['by_name', 'corresponding', 'side', 'kind', 'distribute_by', 'sort_by', 'cluster_by'])
      if (body[key]) throw new Opaque('unsupported', `${kind} with ${key}`);
    const inner = this.withs(body.with as Body | null, withs, outer);
    const left = this.query(body.left as Node, inner, outer);
    const right = this.query(body.right as Node, inner, outer);
    const tag = `${kind}${body.all === true ? ' all' : ''}`;
    // Positions say nothing where one side has columns that are not known.
    if (left.rest.length + right.rest.length > 0) return blurred(mix(tag, [whole(left), whole(right)]));
    if (left.columns.length !== right.columns.length) throw new Opaque('unsupported', 'arms of different width');
    const columns = left.columns.map(({ name, print }, i) => ({
      name,
      print: mix(kind, [print, (right.columns[i] as PrintedColumn).print]),
    }));
    const values = tag === 'union all' ? [] : columns.map(({ print }) => print);
    return { rows: mix(tag, [left.rows, right.rows, ...values]), columns, rest: [] };
  }

  private values(body: Body, withs: Withs, outer: Place | null): Rows {
    const place = new Place(outer);
    const tuples = ((body.expressions ?? []) as Body[]).map((row) => ((row.tuple ?? row).expressions ?? []) as Node[]);
    const prints = tuples.map((row) => row.map((node) => this.read(node, place, withs).print));
    const columns = (prints[0] ?? []).map((_, i) => ({
      name: `column${i + 1}`,
      print: mix(
        `value ${i}`,
        prints.map((row) => row[i] ?? constant('none')),
      ),
    }));
    const rows = mix(`values ${tuples.length}`, prints.flat());
    return withNames({ rows, columns, rest: [] }, body.column_aliases as Node[]);
  }

  /** ORDER BY, LIMIT and OFFSET around a whole set operation or a query in brackets. */
  private cut(rows: Rows, body: Body): Rows {
    if (!body.limit && !body.offset) return rows;
    const text = JSON.stringify([body.limit, body.offset, orderOf(body)]);
    return { ...rows, rows: mix('limit', [constant(text), whole(rows)], true) };
  }
}
