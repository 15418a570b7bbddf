import { isQuery, nameOf, variant, type Body, type Node } from '../ast.ts';
import { functionKind } from './functions.ts';
import type { Place, PlaceSource } from './place.ts';
import { constant, mix, Opaque, type Print } from './print.ts';
import type { Reader } from './reader.ts';
import { blurred, named, type Rows, tagged, withNames } from './rows.ts';
import type { Withs } from './withs.ts';

/** Puts the sources of FROM and JOIN into the place, and answers which rows they give together. */
export function addFroms(reader: Reader, body: Body, place: Place, withs: Withs): Print {
  const items = (body.from?.expressions ?? []) as Node[];
  const joins = (body.joins ?? []) as Body[];
  if (items.length + joins.length === 0) return constant('one row');
  const several = items.length + joins.length > 1;
  const rows: Print[] = [];
  const add = (node: Node): void => {
    const { alias, rows: read } = sourceOf(reader, node, place, withs);
    rows.push(read.rows);
    // One table read twice gives columns that are not the same ones.
    place.sources.push({ alias, rows: several ? tagged(`@${place.sources.length}`, read) : read, hidden: false });
  };
  items.forEach(add);
  for (const join of joins) {
    add(join.this as Node);
    rows.push(joined(reader, join, place, withs));
  }
  return rows.length === 1 ? (rows[0] as Print) : mix('join', rows);
}

const KINDS =
  /^(inner|left|right|full|cross|outer|left ?outer|right ?outer|full ?outer|semi|anti|left ?semi|left ?anti|implicit)$/i;

/** How a join chooses pairs. */
function joined(reader: Reader, join: Body, place: Place, withs: Withs): Print {
  const kind = String(join.kind ?? '');
  if (!KINDS.test(kind) || join.match_condition || (join.pivots as unknown[] | undefined)?.length)
    throw new Opaque('unsupported', `a join of kind ${kind}`);
  const right = place.sources[place.sources.length - 1] as PlaceSource;
  const left = place.sources.slice(0, -1).filter((source) => !source.hidden);
  const keys = ((join.using ?? []) as Node[]).map((node) => merged(kind, nameOf(node)?.text ?? '', left, right, place));
  const on = join.on ? [reader.read(join.on as Node, place, withs).print] : [];
  if (/semi|anti/i.test(kind)) right.hidden = true;
  return mix(`${kind.toLowerCase()} ${keys.length}`, [...keys, ...on]);
}

/** A column joined by USING: from here on one column under one name. */
function merged(kind: string, name: string, left: readonly PlaceSource[], right: PlaceSource, place: Place): Print {
  const lower = name.toLowerCase();
  const before = place.merged.get(lower);
  const a =
    before ??
    only(
      left.flatMap((source) => named(source.rows, lower)),
      name,
    );
  const b = only(named(right.rows, lower), name);
  place.merged.set(lower, /full/i.test(kind) ? mix('either', [a, b]) : /right/i.test(kind) ? b : a);
  return mix('using', [a, b]);
}

function only(prints: readonly Print[], name: string): Print {
  if (prints.length === 0) throw new Opaque('unresolved_name', name);
  return prints.length === 1 ? (prints[0] as Print) : mix('one of', prints);
}

interface Found {
  readonly alias: string | null;
  readonly rows: Rows;
}

function sourceOf(reader: Reader, node: Node, place: Place, withs: Withs): Found {
  const [kind, body] = variant(node);
  const alias = nameOf(body.alias)?.text.toLowerCase() ?? null;
  if (kind === 'table') return table(reader, body, withs);
  if (kind === 'paren') return sourceOf(reader, body.this as Node, place, withs);
  if (kind === 'subquery') {
    if (!isQuery(variant(body.this as Node)[0])) throw new Opaque('unsupported', 'joins in brackets');
    return { alias, rows: reader.query(node, withs, body.lateral ? place : place.outer) };
  }
  if (isQuery(kind)) return { alias, rows: reader.query(node, withs, place.outer) };
  if (kind === 'alias')
    return tableFunction(reader, body.this as Node, alias, body.column_aliases as Node[], place, withs);
  return tableFunction(reader, node, alias, null, place, withs);
}

/** Rows that a function makes: what they are called is only known where the query says so. */
function tableFunction(
  reader: Reader,
  node: Node,
  alias: string | null,
  names: readonly Node[] | null,
  place: Place,
  withs: Withs,
): Found {
  const [kind, body] = variant(node);
  if (isQuery(kind)) return { alias, rows: withNames(reader.query(node, withs, place.outer), names) };
  const name = kind === 'function' ? String(body.name) : kind;
  if (functionKind(name) !== 'set') throw new Opaque('unknown_function', `${name.toLowerCase()} in FROM`);
  const rows = blurred(mix('made', [reader.read(node, place, withs).print]));
  if (!names || names.length === 0) return { alias: alias ?? name.toLowerCase(), rows };
  const columns = names.map((one) => nameOf(one)?.text ?? '');
  return {
    alias,
    rows: {
      ...rows,
      columns: columns.map((column, i) => ({ name: column, print: mix(`.${i}`, [rows.rows]) })),
      rest: [],
    },
  };
}

const SAYS_NOTHING = new Set([
  'name',
  'schema',
  'catalog',
  'alias',
  'alias_explicit_as',
  'column_aliases',
  'span',
  'trailing_comments',
  'leading_comments',
]);

function table(reader: Reader, body: Body, withs: Withs): Found {
  for (const key in body) {
    const value = body[key] as unknown;
    if (!SAYS_NOTHING.has(key) && (Array.isArray(value) ? value.length > 0 : Boolean(value)))
      throw new Opaque('unsupported', `a table with ${key}`);
  }
  const path = [body.catalog, body.schema, body.name].flatMap(
    (part) => nameOf(part)?.text.toLowerCase().split('.') ?? [],
  );
  const name = path[path.length - 1] ?? '';
  const rows = (path.length === 1 ? withs.get(name) : undefined) ?? reader.relations(path);
  if (!rows) throw new Opaque('unknown_relation', path.join('.'));
  const alias = nameOf(body.alias)?.text.toLowerCase() ?? name;
  return { alias, rows: withNames(rows, body.column_aliases as Node[]) };
}
