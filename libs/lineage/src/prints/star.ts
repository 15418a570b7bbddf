import { nameOf, variant, type Body, type Node } from '../ast.ts';
import type { Place, PlaceSource } from './place.ts';
import { mix, Opaque } from './print.ts';
import type { Reader } from './reader.ts';
import type { PrintedColumn, Rest } from './rows.ts';
import type { Withs } from './withs.ts';

interface Stretch {
  readonly columns: readonly PrintedColumn[];
  readonly rest: readonly Rest[];
}

/** The columns that a star in a SELECT list stands for; null when the item is none. */
export function starOf(reader: Reader, node: Node, place: Place, withs: Withs): Stretch | null {
  const [kind, body] = variant(node);
  const star =
    kind === 'star'
      ? body
      : kind === 'column' && nameOf(body.name)?.text === '*'
        ? { table: body.table as unknown }
        : null;
  if (star === null) {
    if (kind === 'braced_wildcard') throw new Opaque('unsupported', 'a star in braces');
    return null;
  }
  return changed(reader, plain(reader, star, place), star, place, withs);
}

function plain(reader: Reader, star: Body, place: Place): Stretch {
  const table = nameOf(star.table)?.text.toLowerCase();
  const visible = place.sources.filter((source) => !source.hidden && (table === undefined || source.alias === table));
  if (visible.length === 0) throw new Opaque('unresolved_name', `${table ?? ''}.*`);
  if (table !== undefined || place.merged.size === 0) return joinedUp(visible);
  return withMerged(reader, visible, place);
}

function joinedUp(sources: readonly PlaceSource[]): Stretch {
  return { columns: sources.flatMap(({ rows }) => rows.columns), rest: sources.flatMap(({ rows }) => rows.rest) };
}

/** After USING, a joined column stands once: at its first place in DuckDB, in front of all in Postgres. */
function withMerged(reader: Reader, sources: readonly PlaceSource[], place: Place): Stretch {
  const { columns, rest } = joinedUp(sources);
  const { dialect } = reader.rules;
  if (rest.length > 0 || (dialect !== 'duckdb' && dialect !== 'postgres'))
    throw new Opaque('unsupported', 'a star over columns joined by USING');
  const seen = new Set<string>();
  const once = columns.flatMap((column): PrintedColumn[] => {
    const name = column.name.toLowerCase();
    const print = place.merged.get(name);
    if (!print) return [column];
    if (seen.has(name)) return [];
    seen.add(name);
    return [{ name: column.name, print }];
  });
  if (dialect === 'duckdb') return { columns: once, rest };
  const first = [...place.merged.keys()].flatMap((name) => once.filter((column) => column.name.toLowerCase() === name));
  return { columns: [...first, ...once.filter((column) => !first.includes(column))], rest };
}

/** EXCLUDE and REPLACE. */
function changed(reader: Reader, { columns, rest }: Stretch, star: Body, place: Place, withs: Withs): Stretch {
  const except = ((star.except ?? []) as Node[]).map((node) => nameOf(node)?.text.toLowerCase() ?? '');
  const replace = (star.replace ?? []) as Body[];
  if ((star.rename as unknown[] | null | undefined)?.length) throw new Opaque('unsupported', '* RENAME');
  if (except.some((name) => name.startsWith('\u0001'))) throw new Opaque('unsupported', '* LIKE');
  if (except.length + replace.length === 0) return { columns, rest };
  if (rest.length > 0) throw new Opaque('unsupported', 'a star with exceptions over columns that are not known');
  const values = new Map(
    replace.map((item) => [nameOf(item.alias)?.text.toLowerCase() ?? '', reader.read(item.this as Node, place, withs)]),
  );
  if ([...values.values()].some((value) => value.aggregates || value.sets))
    throw new Opaque('unsupported', '* REPLACE with rows');
  const kept = columns.filter(({ name }) => !except.includes(name.toLowerCase()));
  return {
    columns: kept.map(({ name, print }) => ({
      name,
      print: values.get(name.toLowerCase())?.print ?? mix('', [print]),
    })),
    rest,
  };
}
