import { nameOf, type Node } from '../ast.ts';
import { constant, mix, Opaque, type Print } from './print.ts';

/** One output column. Names are compared without regard to case. */
export interface PrintedColumn {
  readonly name: string;
  readonly print: Print;
}

/** Columns that are not known one by one. */
export interface Rest {
  /** What a column of that name would be. */
  readonly column: (name: string) => Print;
  /** All of them at once. */
  readonly all: Print;
}

/** The rows of a query or a table: which there are, and what is in them. */
export interface Rows {
  readonly rows: Print;
  readonly columns: readonly PrintedColumn[];
  readonly rest: readonly Rest[];
}

/** Everything about some rows as one print. */
export function whole({ rows, columns, rest }: Rows): Print {
  const names = constant(JSON.stringify(columns.map(({ name }) => name)));
  return mix('all', [rows, names, ...columns.map(({ print }) => print), ...rest.map(({ all }) => all)]);
}

/** Rows of which nothing is known but what they are made from. */
export function blurred(all: Print): Rows {
  return { rows: all, columns: [], rest: [{ all, column: (name) => mix(`.${name.toLowerCase()}`, [all]) }] };
}

/** The same rows under a tag that tells two readings of one table apart. */
export function tagged(tag: string, { rows, columns, rest }: Rows): Rows {
  return {
    rows,
    columns: columns.map(({ name, print }) => ({ name, print: mix(tag, [print]) })),
    rest: rest.map((one) => ({ all: mix(tag, [one.all]), column: (name) => mix(tag, [one.column(name)]) })),
  };
}

/** What a name may stand for among these rows: the column of that name, and every unknown rest that may hold it. */
export function named({ columns, rest }: Rows, name: string): readonly Print[] {
  const lower = name.toLowerCase();
  const hits = columns.filter((column) => column.name.toLowerCase() === lower).map(({ print }) => print);
  return [...hits, ...rest.map((one) => one.column(lower))];
}

/** The columns under other names, by position, as `AS t (a, b)` gives them. */
export function withNames(rows: Rows, names: readonly Node[] | null | undefined): Rows {
  if (!names || names.length === 0) return rows;
  if (rows.rest.length > 0) throw new Opaque('unsupported', 'names for columns that are not known');
  const columns = rows.columns.map(({ name, print }, i) => ({ name: nameOf(names[i])?.text ?? name, print }));
  return { ...rows, columns };
}
