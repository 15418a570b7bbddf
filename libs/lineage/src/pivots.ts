import { nameOf, variant, type Body, type Node } from './ast.ts';
import { columnsFunction } from './columns-function.ts';
import { Relation, union, type Column, type Value } from './relation.ts';
import { renamed, Unsupported, type Resolver } from './resolver.ts';
import { Scope, source, type Environment } from './scope.ts';

/** PIVOT: the columns it neither aggregates nor spreads stay; each value (with each aggregate) becomes a column. */
export function pivoted(cx: Resolver, body: Body, scope: Scope, environment: Environment): void {
  if (body.unpivot && !(body.expressions as Node[] | undefined)?.length)
    return unpivotedObject(cx, body, scope, environment);
  if (body.unpivot) return unpivotStatement(cx, body, scope, environment);
  const { inner, columns } = inputOf(cx, body, scope, environment);
  if ((body.using as Node[] | undefined)?.length || !(body.fields as Node[] | undefined)?.length)
    return pivotStatement(cx, body, scope, environment, inner, columns);
  const aggregates = aggregatesOf(cx, body.expressions as Node[], inner, environment);
  const fields = (body.fields as Node[]).map((field) => field.in as Body | undefined);
  const used = namesIn(cx, [body.expressions, ...fields.map((field) => field?.this)]);
  const kept = columns.filter((column) => !used.has(column.key.toLowerCase()));
  const values = fields.map((field) => (field ? valueNames(cx, field) : null));
  const key = union(
    fields.flatMap((field) => (field?.this ? [cx.expression(field.this as Node, inner, environment)] : [])),
  );
  const made = values.includes(null)
    ? dynamic(cx, aggregates)
    : spread(cx, combinations(values as string[][]), aggregates);
  // The spread column decides which rows each aggregate reads, but its name never shows: it is an edge of the rows.
  cx.addRows(key, 'group');
  // What stays is what PIVOT groups by.
  for (const column of kept) cx.addRows(column, 'group');
  push(cx, body, scope, inner, [...kept, ...made]);
}

interface Aggregate extends Value {
  readonly alias: string | null;
}

function aggregatesOf(cx: Resolver, nodes: readonly Node[], inner: Scope, environment: Environment): Aggregate[] {
  return nodes.map((node) => {
    cx.within = node;
    const value = cx.expression(node, inner, environment);
    cx.within = null;
    const alias = node.alias ? (nameOf(node.alias.alias)?.text ?? null) : null;
    // Among several, one without alias is known by its call, as in `1_sum(c)`.
    return { ...value, alias: alias ?? (nodes.length > 1 ? callText(node) : null) };
  });
}

function callText(node: Node): string | null {
  const [kind, body] = variant(node);
  const column = nameOf(body.this ?? (body.args as Node[] | undefined)?.[0]);
  return column === null ? null : `${String(body.name ?? kind).toLowerCase()}(${column.text})`;
}

function inputOf(
  cx: Resolver,
  body: Body,
  scope: Scope,
  environment: Environment,
): { inner: Scope; columns: Column[] } {
  const inner = new Scope(scope.parent);
  const node = body.this as Node;
  const named = node.column ? { table: { name: node.column.name, schema: node.column.table } } : node;
  cx.halves.from(cx, named, inner, environment);
  const columns = inner.sources.flatMap((one): readonly Column[] => {
    if (one.relation !== null) return one.relation.columns;
    cx.notice('no-schema', `no schema for ${one.table ?? '?'}: the columns that PIVOT keeps are not known`);
    const ref = cx.catalog.unknownColumn(one.table ?? '?', { text: '*', quoted: true }, 0.3);
    return [{ key: '*', name: '*', soft: false, isStar: true, refs: [{ ...ref, open: true }], floor: 1 }];
  });
  return { inner, columns };
}

function namesIn(cx: Resolver, nodes: unknown): Set<string> {
  const found = new Set<string>();
  const walk = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) return node.forEach(walk);
    const body = node as Body;
    if (body.column?.name) found.add((cx.key(body.column.name) ?? '').toLowerCase());
    for (const key in body) if (key !== 'span') walk(body[key]);
  };
  walk(nodes);
  return found;
}

function valueNames(cx: Resolver, field: Body): string[] | null {
  const names: string[] = [];
  for (const value of (field.expressions ?? []) as Node[]) {
    const [kind, body] = variant(value);
    if (kind === 'pivot_any' || kind === 'subquery' || kind === 'select') return null;
    if (kind === 'pivot_alias' || kind === 'alias') names.push(nameOf(body.alias)?.text ?? '');
    else if (kind === 'literal')
      names.push(cx.rules.dialect === 'snowflake' ? `'${String(body.value)}'` : String(body.value));
    else names.push(nameOf(value)?.text ?? '');
  }
  return field.query || names.length === 0 ? null : names;
}

function combinations(values: readonly string[][]): string[] {
  return values.reduce<string[]>(
    (all, names) => (all.length === 0 ? names : all.flatMap((left) => names.map((right) => `${left}_${right}`))),
    [],
  );
}

function spread(cx: Resolver, names: readonly string[], aggregates: readonly Aggregate[]): Column[] {
  cx.step(names.length * aggregates.length);
  return names.flatMap((value) =>
    aggregates.map((aggregate): Column => {
      const name = columnName(cx, value, aggregate.alias, aggregates.length);
      return {
        key: cx.fold({ text: name, quoted: false }),
        name,
        soft: true,
        refs: aggregate.refs,
        floor: aggregate.floor,
      };
    }),
  );
}

// BigQuery puts the aggregate's alias before the value, the others behind it; with one aggregate Databricks, Redshift and Snowflake leave it out.
function columnName(cx: Resolver, value: string, alias: string | null, aggregates: number): string {
  if (alias === null) return value;
  if (cx.rules.dialect === 'bigquery') return `${alias}_${value}`;
  return aggregates > 1 || cx.rules.dialect === 'duckdb' ? `${value}_${alias}` : value;
}

/** Columns named by the data itself: one open column that depends on the aggregates. */
function dynamic(cx: Resolver, aggregates: readonly Value[]): Column[] {
  cx.notice('unsupported', 'PIVOT over values that only the data knows: its columns are not known');
  return [{ key: '*', name: '*', soft: false, isStar: true, ...union(aggregates) }];
}

function push(cx: Resolver, body: Body, scope: Scope, inner: Scope, columns: readonly Column[]): void {
  const alias = body.alias ? cx.key(body.alias) : (inner.sources[0]?.alias ?? null);
  scope.sources.push(source(alias, new Relation(renamed(cx, columns, body.alias_columns as Node[]))));
}

/** UNPIVOT: the listed columns become rows of one name and one (or more) value columns. */
export function unpivoted(cx: Resolver, body: Body, scope: Scope, environment: Environment): void {
  const { inner, columns } = inputOf(cx, body, scope, environment);
  const items = ((body.columns ?? []) as Node[]).flatMap((item) => {
    const several = columnsFunction(cx, item, inner, environment);
    return several === null
      ? [item]
      : several.map((column): Node => ({ column: { name: { name: column.key, quoted: true } } }));
  });
  const outputs = [body.value_column, ...((body.extra_value_columns ?? []) as Node[])] as Node[];
  const used = namesIn(
    cx,
    items.map((item) => item.pivot_alias?.this ?? item.alias?.this ?? item),
  );
  const kept = columns.filter((column) => !used.has(column.key.toLowerCase()));
  const read = outputs.map((_, i) => union(items.flatMap((item) => valueAt(cx, item, i, inner, environment))));
  // Without INCLUDE NULLS a null gives no row: the columns decide which rows there are.
  if (!body.include_nulls) for (const value of read) cx.addRows(value, 'filter');
  const named = (node: Node, value: Value): Column => ({
    key: cx.key(node) ?? '',
    name: nameOf(node)?.text ?? '',
    soft: false,
    refs: value.refs,
    floor: value.floor,
  });
  const made = outputs.map((node, i) => named(node, read[i]!));
  push(cx, body, scope, inner, [...kept, named(body.name_column as Node, { refs: [], floor: 1 }), ...made]);
}

function valueAt(cx: Resolver, item: Node, at: number, inner: Scope, environment: Environment): Value[] {
  const node = (item.pivot_alias?.this ?? item.alias?.this ?? item) as Node;
  const tuple = node.tuple?.expressions as Node[] | undefined;
  const one = tuple === undefined ? node : tuple[at];
  return one === undefined ? [] : [cx.expression(one, inner, environment)];
}

/** Redshift: `UNPIVOT t.object AS value AT name`: every field of an object becomes a row; both names depend on it. */
function unpivotedObject(cx: Resolver, body: Body, scope: Scope, environment: Environment): void {
  const value = cx.expression(body.this as Node, scope, environment, 'rows');
  const names = (nameOf(body.alias)?.text ?? '').split(/\s+at\s+/i);
  const columns = names.map((name): Column => ({
    key: cx.fold({ text: name, quoted: false }),
    name,
    soft: false,
    ...value,
  }));
  scope.sources.push(source(columns[0]?.key ?? null, new Relation(columns), { opaque: value }));
}

/** DuckDB: `UNPIVOT t ON a, b INTO NAME n VALUE v`. */
function unpivotStatement(cx: Resolver, body: Body, scope: Scope, environment: Environment): void {
  const into = (body.into?.unpivot_columns ?? {}) as Body;
  const name = into.this ?? { name: 'name', quoted: false };
  const [value, ...more] = (into.expressions ?? [{ name: 'value', quoted: false }]) as Node[];
  unpivoted(
    cx,
    { ...body, name_column: name, value_column: value, extra_value_columns: more, columns: body.expressions },
    scope,
    environment,
  );
}

/** DuckDB: `PIVOT t ON x USING sum(y) GROUP BY z`: the values of x are the columns' names. */
function pivotStatement(
  cx: Resolver,
  body: Body,
  scope: Scope,
  environment: Environment,
  inner: Scope,
  columns: readonly Column[],
): void {
  const on = (body.expressions ?? []) as Node[];
  const using = (body.using ?? []) as Node[];
  if (on.length === 0) throw new Unsupported('PIVOT without ON');
  const aggregates = aggregatesOf(cx, using, inner, environment);
  const group = (body.group?.group?.expressions ?? body.group?.expressions ?? null) as Node[] | null;
  const used = namesIn(cx, [on, using]);
  const kept =
    group === null
      ? columns.filter((column) => !used.has(column.key.toLowerCase()))
      : groupColumns(cx, group, inner, environment);
  for (const column of kept) cx.addRows(column, 'group');
  const fields = on.map((node) => (node.in ? valueNames(cx, node.in as Body) : null));
  for (const node of on) cx.addRows(cx.expression((node.in?.this ?? node) as Node, inner, environment), 'group');
  const made = fields.includes(null)
    ? dynamic(cx, aggregates)
    : spread(cx, combinations(fields as string[][]), aggregates);
  push(cx, body, scope, inner, [...kept, ...made]);
}

function groupColumns(cx: Resolver, group: readonly Node[], inner: Scope, environment: Environment): Column[] {
  return group.map((node) => ({
    key: cx.key(node) ?? '',
    name: nameOf(node)?.text ?? '',
    soft: true,
    ...cx.expression(node, inner, environment),
  }));
}
