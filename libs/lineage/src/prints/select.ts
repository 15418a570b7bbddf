import { nameOf, variant, type Body, type Node } from '../ast.ts';
import { ordinal } from '../set-operations.ts';
import { addFroms } from './froms.ts';
import { Place } from './place.ts';
import { mix, Opaque, type Print } from './print.ts';
import type { Read, Reader } from './reader.ts';
import { type PrintedColumn, type Rest, type Rows, whole } from './rows.ts';
import { starOf } from './star.ts';
import type { Withs } from './withs.ts';

const CLAUSES = new Set(
  'expressions from joins where_clause group_by having qualify order_by limit offset distinct distinct_on with windows'.split(
    ' ',
  ),
);
const SAYS_NOTHING = new Set([
  'leading_comments',
  'comments',
  'post_select_comments',
  'hint',
  'span',
  'operation_modifiers',
  'kind',
]);

/** The rows of one SELECT. */
export function select(reader: Reader, body: Body, around: Withs, outer: Place | null): Rows {
  for (const key in body)
    if (!CLAUSES.has(key) && !SAYS_NOTHING.has(key) && isThere(body[key])) throw new Opaque('unsupported', key);
  const withs = reader.withs(body.with as Body | null, around, outer);
  const place = new Place(outer);
  const from = addFroms(reader, body, place, withs);
  for (const window of (body.windows ?? []) as Body[])
    place.windows.set(nameOf(window.name)?.text.toLowerCase() ?? '', window.spec);
  const list = listOf(reader, (body.expressions ?? []) as Node[], place, withs);
  const read = (node: Node): Read => reader.read(node, place, withs, true);
  return finished(body, narrowed(body, from, list, read), list, read);
}

interface Item extends Read {
  readonly names: readonly string[];
}

interface List {
  readonly columns: PrintedColumn[];
  readonly rest: Rest[];
  readonly items: Item[];
}

function listOf(reader: Reader, nodes: readonly Node[], place: Place, withs: Withs): List {
  const list: List = { columns: [], rest: [], items: [] };
  for (const [i, node] of nodes.entries()) {
    const star = starOf(reader, node, place, withs);
    if (star) {
      list.columns.push(...star.columns);
      list.rest.push(...star.rest);
      continue;
    }
    const read = reader.read(node, place, withs, reader.rules.lateralAliases);
    const name = nameOfItem(node);
    list.items.push({ ...read, names: name === null ? [] : [name] });
    // What the database calls it is not known here: whoever asks for a name that nobody has may mean it.
    if (name === null) list.rest.push({ all: read.print, column: (asked) => mix(`?${i} ${asked}`, [read.print]) });
    else {
      list.columns.push({ name, print: read.print });
      if (node.alias && !place.aliases.has(name.toLowerCase())) place.aliases.set(name.toLowerCase(), read.print);
    }
  }
  return list;
}

/** WHERE, GROUP BY, HAVING and aggregates, QUALIFY: which rows there are. */
function narrowed(body: Body, from: Print, list: List, read: (node: Node) => Read): Print {
  let rows = from;
  if (body.where_clause) rows = mix('where', [rows, read(body.where_clause.this as Node).print]);
  const having = body.having ? read(body.having.this as Node) : null;
  if (body.group_by) rows = mix('group', [rows, ...keysOf(body.group_by as Body, list, read)]);
  else if (having || list.items.some((item) => item.aggregates)) rows = mix('aggregate', [rows]);
  if (having) rows = mix('having', [rows, having.print]);
  const sets = list.items.filter((item) => item.sets).map((item) => item.print);
  if (sets.length > 0) rows = mix('sets', [rows, ...sets]);
  if (body.qualify) rows = mix('qualify', [rows, read(body.qualify.this as Node).print]);
  return rows;
}

function keysOf(group: Body, list: List, read: (node: Node) => Read): readonly Print[] {
  if (group.totals) throw new Opaque('unsupported', 'WITH TOTALS');
  if (group.all) {
    if (list.rest.length > 0) throw new Opaque('unsupported', 'GROUP BY ALL of columns that are not known');
    const loose = new Set(list.items.filter((item) => item.aggregates).map((item) => item.print));
    return list.columns.map(({ print }) => print).filter((print) => !loose.has(print));
  }
  const keys = ((group.expressions ?? []) as Node[]).map((node) => positioned(node, list) ?? read(node).print);
  return [...keys].sort((a, b) => (a.text < b.text ? -1 : 1));
}

/** The column that `GROUP BY 2` means. */
function positioned(node: Node, list: List): Print | null {
  const position = ordinal(node);
  if (position === null) return null;
  const column = list.columns[position - 1];
  if (!column || list.rest.length > 0) throw new Opaque('unsupported', 'a position among columns that are not known');
  return column.print;
}

/** DISTINCT, LIMIT: what is left of the rows in the end. */
function finished(body: Body, narrowed: Print, list: List, read: (node: Node) => Read): Rows {
  let { columns } = list;
  const { rest } = list;
  let rows = narrowed;
  const on = (body.distinct_on ?? []) as Node[];
  if (on.length > 0) {
    const keys = on.map((node) => positioned(node, list) ?? read(node).print);
    rows = mix('distinct on', [rows, ...keys]);
    // Which row stands for its key depends on the order, and among ties on nothing.
    const texts = new Set(keys.map((key) => key.text));
    columns = columns.map((column) =>
      texts.has(column.print.text) ? column : { ...column, print: mix(orderOf(body), [column.print], true) },
    );
    if (rest.length > 0) throw new Opaque('unsupported', 'DISTINCT ON with columns that are not known');
  } else if (body.distinct) rows = mix('distinct', [whole({ rows, columns: sorted(columns), rest })]);
  if (body.limit || body.offset)
    rows = mix(
      `limit ${JSON.stringify([body.limit, body.offset])} ${orderOf(body)}`,
      [whole({ rows, columns, rest })],
      true,
    );
  return { rows, columns, rest };
}

function sorted(columns: readonly PrintedColumn[]): PrintedColumn[] {
  return [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function nameOfItem(node: Node): string | null {
  const [kind, body] = variant(node);
  if (kind === 'alias') {
    if (isThere(body.column_aliases)) throw new Opaque('unsupported', 'an item with several names');
    return nameOf(body.alias)?.text ?? null;
  }
  if (kind === 'column') return nameOf(body.name)?.text ?? null;
  return kind === 'annotated' || kind === 'paren' ? nameOfItem(body.this as Node) : null;
}

/** ORDER BY as a text that differs when the order does; empty for none. */
export function orderOf(body: Body): string {
  return isThere(body.order_by) ? withoutPlaces(body.order_by) : '';
}

function withoutPlaces(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) =>
    key === 'span' || key.endsWith('comments') ? undefined : inner,
  );
}

function isThere(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
