import { nameOf, variant, type Body, type Name, type Node } from './ast.ts';
import { columnOf } from './names.ts';
import { Relation, type Column, type Value } from './relation.ts';
import type { Resolver } from './resolver.ts';
import { source, type Environment, type Scope } from './scope.ts';

/** The alias of a table function and the names it gives to the columns. */
export interface FunctionAlias {
  readonly alias: string | null;
  readonly columns: readonly Node[] | null | undefined;
}

// What a function gives when no alias names its columns.
const COLUMNS: Record<string, readonly string[] | undefined> = {
  __proto__: null as never,
  flatten: ['seq', 'key', 'path', 'index', 'value', 'this'],
  split_to_table: ['seq', 'index', 'value'],
  strtok_split_to_table: ['seq', 'index', 'value'],
  json_each: ['key', 'value'],
  jsonb_each: ['key', 'value'],
  json_each_text: ['key', 'value'],
  jsonb_each_text: ['key', 'value'],
  posexplode: ['pos', 'col'],
  posexplode_outer: ['pos', 'col'],
};
// Functions (and kinds of expression) that give one value a row.
const ONE_VALUE =
  /^(unnest|explode|explode_outer|generate_series|generate_subscripts|generate_date_array|generate_array|generate_timestamp_array|range|sequence|generator|jsonb?_array_elements(_text)?|jsonb?_object_keys|regexp_split_to_table|string_to_table|array|array_func|column|dot|subscript|j_s_o_n_extract|json_extract|split|cast|paren|coalesce|string_split|regexp_extract_all)$/;
const FILE =
  /^(read_\w+|parquet_scan|csv_scan|delta_scan|iceberg_scan|sqlite_scan|postgres_scan|postgres_query|mysql_scan|external_query|read_files|infer_schema)$/;

/** A table function, UNNEST, FLATTEN, LATERAL VIEW …: every column of it depends on all of its arguments. */
export function tableFunction(
  cx: Resolver,
  node: Node,
  { alias, columns }: FunctionAlias,
  scope: Scope,
  environment: Environment,
): void {
  const { name, body } = callOf(node);
  if (FILE.test(name)) return fileSource(cx, name, body, alias, scope);
  const named =
    name === 'identifier' || name === 'query_table'
      ? literalOf(body)
      : name === 'stream'
        ? tableArgument(body)
        : undefined;
  if (named !== undefined) return identifier(cx, named, alias, scope, environment);
  const within = cx.within;
  cx.within = node;
  const value = cx.expression(node, scope, environment, 'rows');
  cx.within = within;
  const ownAlias = alias ?? (body.alias ? cx.key(body.alias) : null);
  const names = columns && columns.length > 0 ? columns.map(nameOf).filter((one) => one !== null) : [];
  const known = knownColumns(cx, names, name, value);
  const opaque = known === null ? { ...value, floor: Math.min(value.floor, 0.5) } : value;
  scope.sources.push(source(ownAlias, new Relation(known ?? [unknownColumns(cx, name, opaque)]), { opaque }));
  const offset = nameOf(body.offset_alias);
  if (offset !== null)
    scope.sources.push(
      source(null, new Relation([{ key: cx.fold(offset), name: offset.text, soft: false, refs: [], floor: 1 }])),
    );
}

/** The columns of a function as named by its alias or known by its name; empty: one value, called like the alias; null: not known. */
function knownColumns(cx: Resolver, names: readonly Name[], name: string, value: Value): Column[] | null {
  if (names.length > 0)
    return names.map((one) => ({
      key: cx.fold(one),
      name: one.text,
      soft: false,
      refs: value.refs,
      floor: value.floor,
    }));
  const columns = COLUMNS[name];
  if (columns !== undefined)
    return columns.map((one) => ({ key: one, name: one, soft: true, refs: value.refs, floor: value.floor }));
  return ONE_VALUE.test(name) ? [] : null;
}

function unknownColumns(cx: Resolver, name: string, value: Value): Column {
  cx.notice('no-schema', `the columns of table function ${name} are not known`);
  return { key: '*', name: '*', soft: false, isStar: true, refs: value.refs, floor: value.floor };
}

function literalOf(body: Body): string | undefined {
  return (body.args as Node[] | undefined)?.find((arg) => arg.literal)?.literal?.value as string | undefined;
}

/** Databricks' STREAM(t): the table under another way of reading it. */
function tableArgument(body: Body): string | undefined {
  const column = (body.args as Node[] | undefined)?.[0]?.column as Body | undefined;
  const parts = [nameOf(column?.table), nameOf(column?.name)].filter((part) => part !== null).map((part) => part.text);
  return parts.length === 0 ? undefined : parts.join('.');
}

/** Snowflake's IDENTIFIER('db.schema.table'). */
function identifier(cx: Resolver, text: string, alias: string | null, scope: Scope, environment: Environment): void {
  const [name, schema, catalog] = text
    .split('.')
    .reverse()
    .map((part) => ({ name: part.replace(/"/g, ''), quoted: part.startsWith('"') }));
  const first = scope.sources.length;
  cx.halves.from(cx, { table: { name, schema: schema ?? null, catalog: catalog ?? null } }, scope, environment);
  for (const added of scope.sources.slice(first)) if (alias !== null) added.alias = alias;
}

function callOf(node: Node): { name: string; body: Body } {
  const [kind, body] = variant(node);
  if (kind !== 'function') return { name: kind, body };
  const name = String(body.name ?? '')
    .toLowerCase()
    .replace(' with ordinality', '');
  const [inner, innerBody] = variant((body.args as Node[] | undefined)?.[0]);
  return name === 'table' && inner === 'function'
    ? { name: String(innerBody.name ?? '').toLowerCase(), body: innerBody }
    : { name, body };
}

function fileSource(cx: Resolver, name: string, body: Body, alias: string | null, scope: Scope): void {
  const file = literalOf(body);
  cx.notice('no-schema', `the columns of ${name}(${file ?? '…'}) are not known`);
  scope.sources.push(source(alias, null, { table: file ?? name }));
}

/** `FROM t, t.items AS i`: an array column of a source already in scope. False when the first name is none of those. */
export function arrayPath(cx: Resolver, steps: readonly Name[], alias: string | null, scope: Scope): boolean {
  const [first, second] = steps;
  if (first === undefined || second === undefined) return false;
  const key = cx.fold(first);
  const owner = scope.sources.find((one) => one.alias === key);
  if (owner === undefined) return false;
  const value =
    owner.opaque !== null && owner.relation?.columns.length === 0 ? owner.opaque : columnOf(cx, owner, second, null);
  scope.sources.push(source(alias, new Relation([]), { opaque: value }));
  return true;
}
