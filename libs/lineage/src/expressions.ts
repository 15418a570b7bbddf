import { nameOf, variant, type Body, type Name, type Node, type Span } from './ast.ts';
import type { EdgeKind } from './edge.ts';
import { isKnownColumn, resolveColumn, resolvePath } from './names.ts';
import { plain, RefSet, union, type Value } from './relation.ts';
import type { Resolver } from './resolver.ts';
import type { Environment, Mode, Scope } from './scope.ts';
import { datePartArgument } from './date-parts.ts';
import { columnsFunction } from './columns-function.ts';
import { expandStar } from './stars.ts';

interface Walk {
  readonly cx: Resolver;
  readonly environment: Environment;
  readonly mode: Mode;
  readonly out: RefSet;
  /** The expression is nothing but this. */
  readonly alone: boolean;
}

/** What an expression depends on. A bare column is passed on as it is; anything else is derived. */
export function evaluate(
  cx: Resolver,
  node: Node,
  scope: Scope,
  environment: Environment,
  mode: Mode = 'select',
  kind: EdgeKind = 'value',
): Value {
  const bare = bareColumn(node);
  if (bare !== null && cx.partOf(bare.name) === null) return plain(resolveColumn(cx, bare, scope, mode));
  const walk: Walk = {
    cx,
    environment,
    mode,
    out: new RefSet(),
    alone: node.function !== undefined || node.method_call !== undefined,
  };
  visit(walk, node, scope, kind);
  return { refs: walk.out.refs, floor: walk.out.floor };
}

function bareColumn(node: Node): Body | null {
  const body = (node.column ?? node.paren?.this?.column) as Body | undefined;
  return body === undefined ? null : body;
}

function visit(walk: Walk, node: unknown, scope: Scope, kind: EdgeKind): void {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    for (const item of node) visit(walk, item, scope, kind);
    return;
  }
  for (const key in node as Node) {
    const body = (node as Node)[key];
    if (body === null || typeof body !== 'object') continue;
    walk.cx.step();
    const visitor = VISITORS[key];
    if (visitor === undefined) visit(walk, body, scope, kind);
    else visitor(walk, body as Body, scope, kind, node as Node);
  }
}

type Visitor = (walk: Walk, body: Body, scope: Scope, kind: EdgeKind, node: Node) => void;

const skip: Visitor = () => {};

/** A query in the place of a value: its columns are the value, its conditions bear on rows. */
const scalar: Visitor = (walk, body, scope, kind, node) => {
  if (Array.isArray(body)) return visit(walk, body, scope, kind);
  // More than one column only where a row is compared or a struct is made: all of them count.
  walk.out.addAll(union(walk.cx.query(node, walk.environment, scope).columns), kind);
};

/** A query that is only tested against: its columns decide on rows. */
function tested(walk: Walk, query: unknown, scope: Scope, counts: boolean): void {
  const relation = walk.cx.query(query as Node, walk.environment, scope);
  if (!counts) return;
  for (const column of relation.columns) walk.cx.addRows(column, 'filter');
}

const isTested = (node: Node | null | undefined): boolean =>
  node !== null && node !== undefined && /^(select|union|except|intersect|subquery)$/.test(variant(node)[0]);

const quantified: Visitor = (walk, body, scope, kind) => {
  visit(walk, body.this, scope, kind);
  if (isTested(body.subquery)) tested(walk, body.subquery, scope, true);
  else visit(walk, body.subquery, scope, kind);
};

/** COLUMNS(…): the column whose turn it is, or all of them. */
function spread(walk: Walk, node: Node, scope: Scope, kind: EdgeKind): boolean {
  const columns = columnsFunction(walk.cx, node, scope, walk.environment);
  if (columns === null) return false;
  const one = walk.cx.chosenColumn === null || node.columns?.unpack ? undefined : columns[walk.cx.chosenColumn];
  const alone = one !== undefined && walk.alone;
  for (const column of one === undefined ? columns : [one]) walk.out.addAll(column, kind, alone);
  return true;
}

const call: Visitor = (walk, body, scope, kind, node) => {
  if (spread(walk, node, scope, kind)) return;
  const name = String(body.name ?? '').toLowerCase();
  const args = (body.args ?? []) as Node[];
  const part = datePartArgument(walk.cx.rules.dialect, name, args, (word) => isKnownColumn(walk.cx, word, scope));
  args.forEach((arg, i) => {
    if (i === part || (arg.star !== undefined && /^count/.test(name))) return;
    visit(walk, arg, scope, kind);
  });
  visitRest(walk, body, scope, kind, ['args', 'name']);
};

function visitRest(walk: Walk, body: Body, scope: Scope, kind: EdgeKind, done: readonly string[]): void {
  for (const key in body) {
    if (done.includes(key) || body[key] === null || typeof body[key] !== 'object') continue;
    if (key === 'filter') visit(walk, body[key], scope, kind === 'value' ? 'filter' : kind);
    else if (key === 'order_by') visit(walk, body[key], scope, kind === 'value' ? 'order' : kind);
    else visit(walk, { [key]: body[key] }, scope, kind);
  }
}

const aggregate: Visitor = (walk, body, scope, kind) => {
  if (body.this && !body.this.star) visit(walk, body.this, scope, kind);
  visitRest(walk, body, scope, kind, ['this']);
};

const over: Visitor = (walk, body, scope, kind) => {
  const { cx } = walk;
  visit(walk, body.this, scope, kind);
  visit(walk, body.keep, scope, kind);
  const inner: EdgeKind = kind === 'value' ? 'window' : kind;
  let spec = (body.over ?? {}) as Body;
  for (let depth = 0; depth < 8; depth++) {
    visit(walk, spec.partition_by, scope, inner);
    visit(walk, spec.order_by, scope, inner);
    const name = spec.window_name ?? spec.name;
    if (!name) return;
    const next = scope.windows.get(cx.key(name) ?? '');
    if (next === undefined)
      return cx.notice('unresolved', `unknown window ${nameOf(name)?.text ?? ''}`, name.span ?? null);
    spec = next;
  }
};

const lambda: Visitor = (walk, body, scope, kind) => {
  const parameters = ((body.parameters ?? []) as Node[]).map((parameter) => walk.cx.key(parameter) ?? '');
  visit(walk, body.body, scope.withParameters(parameters), kind);
};

const comprehension: Visitor = (walk, body, scope, kind) => {
  const names: string[] = [];
  const gather = (node: Node | undefined): void => {
    if (node?.column) names.push(walk.cx.key(node.column.name) ?? '');
    for (const item of (node?.tuple?.expressions ?? []) as Node[]) gather(item);
  };
  gather(body.expression as Node | undefined);
  const inner = scope.withParameters(names);
  visit(walk, body.iterator, scope, kind);
  visit(walk, body.this, inner, kind);
  visit(walk, body.condition, inner, kind);
};

/** `a.b.c`: a path into a struct, a field of a whole row, or a column under the full name of its table. */
const dotted: Visitor = (walk, body, scope, kind, node) => {
  const { cx } = walk;
  const chain = flattenDots(node);
  if (chain !== null) {
    const value = resolvePath(cx, chain.names, scope, chain.span);
    if (value !== null) return walk.out.addAll(value, kind, true);
  }
  const row = body.this?.paren?.this?.column as Body | undefined;
  const owner =
    row && !row.table
      ? scope.sources.find((source) => source.alias === cx.key(row.name) && source.opaque === null)
      : undefined;
  if (owner !== undefined) {
    const field = { name: body.field, table: row!.name, span: row!.span };
    return walk.out.addAll(resolveColumn(cx, field, scope, walk.mode), kind);
  }
  visit(walk, body.this, scope, kind);
};

function flattenDots(node: Node): { names: Name[]; span: Span | null } | null {
  const fields: Name[] = [];
  let at: Node = node;
  while (at.dot) {
    const name = nameOf(at.dot.field);
    if (name === null) return null;
    fields.unshift(name);
    at = at.dot.this as Node;
  }
  const column = at.column as Body | undefined;
  if (column === undefined) return null;
  const first = [nameOf(column.table), nameOf(column.name)].filter((name) => name !== null);
  return { names: [...first, ...fields], span: (column.span ?? null) as Span | null };
}

function ownsMethod(cx: Resolver, node: Node, scope: Scope): boolean {
  const column = node.column as Body | undefined;
  if (column === undefined || cx.rules.dialect === 'duckdb') return true;
  const name = nameOf(column.table ?? column.name);
  return (
    name !== null && (isKnownColumn(cx, name, scope) || scope.sources.some((source) => source.alias === cx.fold(name)))
  );
}

const VISITORS: Record<string, Visitor | undefined> = {
  __proto__: null as never,
  column: (walk, body, scope, kind) => {
    const part = walk.cx.partOf(body.name);
    if (part === null) walk.out.addAll(resolveColumn(walk.cx, body, scope, walk.mode), kind);
    else visit(walk, part.select?.expressions, scope, kind);
  },
  star: (walk, body, scope, kind) => {
    for (const column of expandStar(walk.cx, body, scope, walk.environment)) walk.out.addAll(column, kind);
  },
  count: aggregate,
  count_if: aggregate,
  function: call,
  aggregate_function: call,
  subquery: scalar,
  select: scalar,
  union: scalar,
  intersect: scalar,
  except: scalar,
  exists: (walk, body, scope, kind) => {
    const query = (body.this ?? body.query ?? null) as Node | null;
    if (query !== null && (isTested(query) || query.values)) tested(walk, query, scope, false);
    else visit(walk, query, scope, kind);
  },
  in: (walk, body, scope, kind) => {
    visit(walk, body.this, scope, kind);
    for (const item of (body.expressions ?? []) as Node[]) {
      if (isTested(item)) tested(walk, item, scope, true);
      else visit(walk, item, scope, kind);
    }
    if (body.query) tested(walk, body.query, scope, true);
    visit(walk, body.unnest, scope, kind);
  },
  any: quantified,
  all: quantified,
  some: quantified,
  window_function: over,
  within_group: (walk, body, scope, kind) => {
    visit(walk, body.this, scope, kind);
    visit(walk, body.order_by, scope, kind === 'value' ? 'order' : kind);
  },
  lambda,
  comprehension,
  named_argument: (walk, body, scope, kind) => visit(walk, body.value, scope, kind),
  dot: dotted,
  alias: (walk, body, scope, kind) => visit(walk, body.this, scope, kind),
  pivot_alias: (walk, body, scope, kind) => visit(walk, body.this, scope, kind),
  filter: (walk, body, scope, kind) => {
    visit(walk, body.this, scope, kind);
    visitRest(walk, body, scope, kind === 'value' ? 'filter' : kind, ['this']);
  },
  order_by: (walk, body, scope, kind) => visit(walk, body, scope, kind === 'value' ? 'order' : kind),
  // `$1` reads a column of a staged file; in other dialects, and under a name, it is a value given from outside.
  parameter: (walk, body) => {
    if (walk.cx.rules.dialect !== 'snowflake' || body.index === null || body.index === undefined) return;
    walk.cx.notice('unsupported', `positional column $${String(body.index)}`);
    walk.out.floor = Math.min(walk.out.floor, 0.2);
  },
  // `net.host(x)` is a function in a namespace, `x.lower()` a function of a column.
  columns: (walk, body, scope, kind, node) => {
    if (!spread(walk, node, scope, kind)) visit(walk, body, scope, kind);
  },
  method_call: (walk, body, scope, kind, node) => {
    if (spread(walk, node, scope, kind)) return;
    if (ownsMethod(walk.cx, body.this as Node, scope)) visit(walk, body.this, scope, kind);
    visit(walk, body.args, scope, kind);
  },
  identifier: skip,
  data_type: skip,
  to: skip,
  table: skip,
  var: skip,
  unit: skip,
  span: skip,
  inferred_type: skip,
};
