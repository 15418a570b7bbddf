import { nameOf, variant, type Body, type Name, type Node } from './ast.ts';
import { aggregates } from './aggregates.ts';
import { addJoin } from './relations.ts';
import { Relation, union, type Column, type Value } from './relation.ts';
import { renamed, Unsupported, type Resolver } from './resolver.ts';
import { ordinal, setOperation } from './set-operations.ts';
import { Scope, source, type Environment } from './scope.ts';
import { aliasFor, columnsFunction, columnsIn } from './columns-function.ts';
import { expandStar } from './stars.ts';
import { tableFunction } from './table-functions.ts';
import { withCtes } from './ctes.ts';

/** The columns of a query. Its conditions, groupings and orderings go to the resolver's rows. */
export function resolveQuery(cx: Resolver, node: Node, environment: Environment, scope: Scope | null): Relation {
  const [kind, body] = variant(node);
  switch (kind) {
    case 'select':
      return select(cx, body, environment, scope);
    case 'annotated':
      return cx.query(body.this as Node, environment, scope);
    case 'subquery':
    case 'paren':
      return parenthesised(cx, body, environment, scope);
    case 'union':
    case 'intersect':
    case 'except':
      return setOperation(cx, kind, body, environment, scope);
    case 'values':
      return values(cx, body, environment, scope);
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return cx.halves.returning(cx, node, environment);
    // `TABLE t` comes as a column called table under the alias t.
    case 'alias':
      if (nameOf(body.this)?.text.toLowerCase() !== 'table') throw new Unsupported('query of kind alias');
      return cx.query({ table: { name: body.alias } }, environment, scope);
    case 'pivot':
    case 'unpivot':
    case 'table': {
      const inner = new Scope(scope);
      cx.halves.from(cx, node, inner, environment);
      return new Relation(expandStar(cx, {}, inner, environment));
    }
    default:
      throw new Unsupported(`query of kind ${kind === '' ? 'nothing' : kind}`);
  }
}

function parenthesised(cx: Resolver, body: Body, environment: Environment, scope: Scope | null): Relation {
  const inner = withCtes(cx, body.with as Body | null, environment, scope);
  const relation = cx.query(body.this as Node, inner, scope);
  const columns = renamed(cx, relation.columns, body.column_aliases as Node[]);
  return columns === relation.columns ? relation : new Relation(columns);
}

function values(cx: Resolver, body: Body, environment: Environment, scope: Scope | null): Relation {
  const rows = ((body.expressions ?? []) as Body[]).map((row) => ((row.tuple ?? row).expressions ?? []) as Node[]);
  const inner = new Scope(scope);
  const width = rows[0]?.length ?? 0;
  cx.step(rows.length * Math.max(width, 1));
  const columns = Array.from({ length: width }, (_, i): Column => {
    const name = `column${i + 1}`;
    // Constants are most of what VALUES holds; only a row that names something is worth walking.
    const parts = rows.flatMap((row) =>
      row[i] === undefined || row[i].literal ? [] : [cx.expression(row[i], inner, environment)],
    );
    return { key: cx.fold({ text: name, quoted: false }), name, soft: true, ...union(parts) };
  });
  return new Relation(renamed(cx, columns, body.column_aliases as Node[]));
}

function select(cx: Resolver, body: Body, environment: Environment, parent: Scope | null): Relation {
  const env = withCtes(cx, body.with as Body | null, environment, parent);
  const scope = new Scope(parent);
  const within = cx.within;
  cx.within = null;
  for (const item of (body.from?.expressions ?? []) as Node[]) cx.halves.from(cx, item, scope, env);
  for (const join of (body.joins ?? []) as Body[]) addJoin(cx, join, scope, env);
  timeWindows(cx, (body.group_by?.expressions ?? []) as Node[], scope, env);
  for (const view of (body.lateral_views ?? []) as Body[]) {
    tableFunction(
      cx,
      view.this as Node,
      { alias: cx.key(view.table_alias), columns: view.column_aliases as Node[] },
      scope,
      env,
    );
  }
  for (const window of (body.windows ?? []) as Body[])
    scope.windows.set(cx.key(window.name) ?? '', window.spec as Body);
  if (body.connect) scope.hierarchical = true;
  const items = (body.expressions ?? []) as Node[];
  const columns = body.group_by?.all ? groupedByAll(cx, items, scope, env) : projections(cx, items, scope, env);
  clauses(cx, body, scope, env, columns);
  cx.within = within;
  return new Relation(columns);
}

/** Databricks: GROUP BY window(ts, '1 hour') brings a struct called window into the SELECT list. */
function timeWindows(cx: Resolver, groups: readonly Node[], scope: Scope, env: Environment): void {
  for (const group of cx.rules.dialect === 'databricks' ? groups : []) {
    const name = String(group.function?.name ?? '').toLowerCase();
    if (name !== 'window' && name !== 'session_window') continue;
    const opaque = cx.expression(group, scope, env, 'rows');
    scope.sources.push(source(cx.fold({ text: name, quoted: false }), new Relation([]), { opaque, hidden: false }));
  }
}

/** Everything of a SELECT but its list and its sources. */
function clauses(cx: Resolver, body: Body, scope: Scope, env: Environment, columns: readonly Column[]): void {
  cx.condition(body.prewhere as Node, scope, env, 'filter');
  cx.condition(body.where_clause?.this as Node, scope, env, 'filter');
  cx.condition(body.connect?.start as Node, scope, env, 'filter');
  cx.condition(body.connect?.connect as Node, scope, env, 'join');
  cx.condition(body.having?.this as Node, scope, env, 'filter', 'after');
  cx.condition(body.qualify?.this as Node, scope, env, 'filter', 'after');
  groups(cx, (body.group_by?.expressions ?? []) as Node[], scope, env, columns);
  for (const node of (body.distinct_on ?? []) as Node[]) sorted(cx, node, scope, env, columns, 'group');
  if (body.distinct && !body.distinct_on?.length) for (const column of columns) cx.addRows(column, 'group');
  for (const clause of ['order_by', 'sort_by', 'distribute_by', 'cluster_by']) {
    for (const item of (body[clause]?.expressions ?? []) as Body[])
      sorted(cx, (item.this ?? item.ordered?.this ?? item) as Node, scope, env, columns, 'order');
  }
}

function groups(
  cx: Resolver,
  nodes: readonly Node[],
  scope: Scope,
  env: Environment,
  columns: readonly Column[],
): void {
  for (const node of nodes) {
    const position = ordinal(node);
    const name =
      cx.rules.groupByPrefersAlias && node.column && !node.column.table
        ? scope.aliases.get(cx.key(node.column.name) ?? '')
        : undefined;
    const known = position === null ? name : columns[position - 1];
    cx.within = node;
    cx.addRows(known ?? cx.expression(node, scope, env, 'after', 'group'), 'group');
  }
  cx.within = null;
}

/** An item of ORDER BY: a position, an output column by its name, or an expression over the input. */
function sorted(
  cx: Resolver,
  node: Node,
  scope: Scope,
  env: Environment,
  columns: readonly Column[],
  kind: 'order' | 'group',
): void {
  if (
    node.column &&
    !node.column.table &&
    nameOf(node.column)?.text.toLowerCase() === 'all' &&
    cx.rules.dialect === 'duckdb'
  ) {
    for (const column of columns) cx.addRows(column, kind);
    return;
  }
  const position = ordinal(node);
  const alias =
    node.column && !node.column.table && kind === 'order'
      ? scope.aliases.get(cx.key(node.column.name) ?? '')
      : undefined;
  const known = position === null ? alias : columns[position - 1];
  cx.within = node;
  cx.addRows(known ?? cx.expression(node, scope, env, 'after', kind), kind);
  cx.within = null;
}

function projections(cx: Resolver, items: readonly Node[], scope: Scope, env: Environment): Column[] {
  const columns: Column[] = [];
  for (const item of items) {
    const star = starOf(item);
    if (star !== null) {
      columns.push(...expandStar(cx, star, scope, env));
      continue;
    }
    const several = transformed(cx, item, scope, env) ?? distributed(cx, item, scope, env);
    if (several !== null) columns.push(...several);
    else columns.push(...projected(cx, item, columns.length, scope, env));
  }
  return columns;
}

/** `TRANSFORM (…) USING 'script' AS (a, b)`: what the script does with its input is not known, so each output depends on all of it. */
function transformed(cx: Resolver, item: Node, scope: Scope, env: Environment): Column[] | null {
  const body = item.query_transform as Body | undefined;
  if (body === undefined) return null;
  const value = union((body.expressions as Node[]).map((node) => cx.expression(node, scope, env)));
  const names = ((body.schema?.schema?.expressions ?? []) as Node[])
    .map((node) => nameOf(node.column_def ?? node))
    .filter((name) => name !== null);
  return names.map((name) => ({ key: cx.fold(name), name: name.text, soft: false, ...value }));
}

/** GROUP BY ALL: every item that does not aggregate is a key. */
function groupedByAll(cx: Resolver, items: readonly Node[], scope: Scope, env: Environment): Column[] {
  return items.flatMap((item, i) => {
    const columns = projections(cx, [item], scope, env).map((column) =>
      column.name === '_col_0' ? { ...column, name: `_col_${i}` } : column,
    );
    if (!aggregates(item)) for (const column of columns) cx.addRows(column, 'group');
    return columns;
  });
}

function starOf(item: Node): Body | null {
  if (item.star) return item.star as Body;
  if (item.braced_wildcard) return {};
  return item.column?.name?.name === '*' ? { table: item.column.table, span: item.column.span } : null;
}

/** `sum(COLUMNS(…))`: the expression once for each column meant. */
function distributed(cx: Resolver, item: Node, scope: Scope, env: Environment): Column[] | null {
  const call = cx.rules.dialect === 'duckdb' ? columnsIn(item) : null;
  const columns = call === null ? null : columnsFunction(cx, call, scope, env);
  if (call === null || columns === null) return null;
  const alias = item.alias ? nameOf(item.alias.alias) : null;
  const node = (item.alias?.this ?? item) as Node;
  return columns.map((column, i) => {
    cx.chosenColumn = i;
    const value = cx.expression(node, scope, env, 'select');
    cx.chosenColumn = null;
    const name = alias === null ? column.name : aliasFor(column.name, alias.text, call);
    return {
      ...column,
      ...value,
      name,
      key: alias === null ? column.key : cx.fold({ text: name, quoted: false }),
      floor: Math.min(value.floor, column.floor),
    };
  });
}

function projected(cx: Resolver, item: Node, at: number, scope: Scope, env: Environment): Column[] {
  const alias = item.alias as Body | undefined;
  const node = (alias === undefined ? item : alias.this) as Node;
  const names = ((alias?.column_aliases ?? []) as Node[]).map(nameOf).filter((name) => name !== null);
  cx.within = node;
  const value = cx.expression(node, scope, env, 'select');
  cx.within = null;
  const name = alias === undefined ? ownName(item) : nameOf(alias.alias);
  const list: readonly (Name | null)[] = names.length > 0 ? names : [name];
  return list.map((one) => output(cx, one, at, value, alias !== undefined, scope));
}

function output(cx: Resolver, name: Name | null, at: number, value: Value, aliased: boolean, scope: Scope): Column {
  const text = name?.text ?? `_col_${at}`;
  const column: Column = {
    key: name === null ? text : cx.fold(name),
    name: text,
    soft: name === null,
    refs: value.refs,
    floor: value.floor,
  };
  if (aliased && !scope.aliases.has(column.key)) scope.aliases.set(column.key, column);
  return column;
}

/** The name that a database gives to an item without alias, where all agree on one. */
function ownName(item: Node): Name | null {
  const [kind, body] = variant(item);
  switch (kind) {
    case 'column':
      return nameOf(body.name);
    case 'dot':
      return nameOf(body.field);
    case 'cast':
    case 'try_cast':
    case 'safe_cast':
    case 'paren':
    case 'annotated':
      return ownName(body.this as Node);
    default:
      return null;
  }
}
