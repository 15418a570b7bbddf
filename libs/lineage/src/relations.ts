import { isQuery, nameOf, variant, type Body, type Node, type Span } from './ast.ts';
import { columnOf } from './names.ts';
import { pivoted, unpivoted } from './pivots.ts';
import { NOTHING, Relation, union, type Column, type Value } from './relation.ts';
import { renamed, Unsupported, type Resolver } from './resolver.ts';
import { source, type Environment, type Scope, type Source } from './scope.ts';
import { arrayPath, tableFunction } from './table-functions.ts';

/** Adds the row sources of one item of a FROM clause to the scope. */
export function addFrom(cx: Resolver, node: Node, scope: Scope, environment: Environment): void {
  cx.step();
  const [kind, body] = variant(node);
  const add = ITEMS[kind];
  if (add !== undefined) add(cx, body, scope, environment, node);
  else tableFunction(cx, node, { alias: null, columns: null }, scope, environment);
}

type Item = (cx: Resolver, body: Body, scope: Scope, environment: Environment, node: Node) => void;

const table: Item = (cx, body, scope, environment) => {
  const part = cx.partOf(body.name);
  // The part stands where its bracket stood: what was in sight there is what is around this FROM.
  if (part !== null) return void scope.sources.push(source(null, cx.query(part, environment, scope.parent)));
  const key = cx.key(body.name) ?? '';
  const alias = body.alias
    ? cx.key(body.alias)
    : key.includes('.')
      ? cx.fold({ text: key.split('.').pop()!, quoted: true })
      : key;
  const steps = pathOf(body);
  if (steps.length > 1 && cx.rules.implicitUnnest && arrayPath(cx, steps, alias, scope)) return;
  const cte = body.schema || body.catalog ? null : environment.find(key);
  if (cte !== null) {
    const columns = renamed(cx, cte.relation().columns, body.column_aliases as Node[]);
    scope.sources.push(source(alias, columns === cte.relation().columns ? cte.relation() : new Relation(columns)));
    return;
  }
  const found = cx.catalog.lookUp(body);
  if (found.ambiguous) cx.notice('ambiguous', `several tables are called ${found.name}`);
  const columns = found.relation === null ? null : renamed(cx, found.relation.columns, body.column_aliases as Node[]);
  const relation =
    columns === null ? null : columns === found.relation!.columns ? found.relation : new Relation(columns);
  const path = steps.flatMap((step) => step.text.toLowerCase().split('.'));
  scope.sources.push(
    source(alias, relation, { table: found.name, path, span: (nameSpan(body) as Span | null) ?? null }),
  );
  if (body.identifier_func) cx.notice('unsupported', 'a table named by an expression');
};

const nameSpan = (body: Body): unknown => body.name?.span;

function pathOf(body: Body): { text: string; quoted: boolean }[] {
  return [body.catalog, body.schema, body.name].map(nameOf).filter((name) => name !== null && name.text !== '') as {
    text: string;
    quoted: boolean;
  }[];
}

const query: Item = (cx, body, scope, environment, node) => {
  const relation = cx.query(node, environment, scope);
  const alias = body.alias ? cx.key(body.alias) : null;
  scope.sources.push(source(alias, new Relation(renamed(cx, relation.columns, body.column_aliases as Node[]))));
};

const subquery: Item = (cx, body, scope, environment, node) => {
  const [kind] = variant(body.this as Node);
  if (isQuery(kind) || kind === 'insert' || kind === 'delete' || kind === 'update')
    return query(cx, body, scope, environment, node);
  const first = scope.sources.length;
  addFrom(cx, body.this as Node, scope, environment);
  if (body.alias) rename(cx, scope.sources.slice(first), body);
};

/** `(a JOIN b) AS x`, `f(…) AS x (y)`: the alias stands for all that was added. */
function rename(cx: Resolver, added: readonly Source[], body: Body): void {
  for (const one of added) {
    one.alias = cx.key(body.alias);
    if (one.relation !== null)
      one.relation = new Relation(renamed(cx, one.relation.columns, body.column_aliases as Node[]));
  }
}

const aliased: Item = (cx, body, scope, environment) => {
  const [kind, inner] = variant(body.this as Node);
  if (kind === 'column' && String(inner.name?.name ?? '').includes('.')) {
    const steps = String(inner.name.name)
      .split('.')
      .map((text) => ({ text, quoted: false }));
    if (arrayPath(cx, steps, cx.key(body.alias), scope)) return;
  }
  if (kind !== 'alias' && ITEMS[kind] !== undefined) {
    const first = scope.sources.length;
    addFrom(cx, body.this as Node, scope, environment);
    return rename(cx, scope.sources.slice(first), body);
  }
  tableFunction(
    cx,
    body.this as Node,
    { alias: cx.key(body.alias), columns: body.column_aliases as Node[] },
    scope,
    environment,
  );
};

const lateral: Item = (cx, body, scope, environment) => {
  const alias = body.alias ? cx.fold({ text: String(body.alias), quoted: Boolean(body.alias_quoted) }) : null;
  const [kind] = variant(body.this as Node);
  if (isQuery(kind)) {
    const relation = cx.query(body.this as Node, environment, scope);
    scope.sources.push(source(alias, new Relation(renamed(cx, relation.columns, body.column_aliases as Node[]))));
    return;
  }
  tableFunction(cx, body.this as Node, { alias, columns: body.column_aliases as Node[] }, scope, environment);
};

const ITEMS: Record<string, Item | undefined> = {
  __proto__: null as never,
  table,
  subquery,
  paren: (cx, body, scope, environment) => addFrom(cx, body.this as Node, scope, environment),
  joined_table: (cx, body, scope, environment) => {
    const first = scope.sources.length;
    addFrom(cx, body.left as Node, scope, environment);
    for (const join of (body.joins ?? []) as Body[]) addJoin(cx, join, scope, environment);
    if (body.alias) rename(cx, scope.sources.slice(first), body);
  },
  alias: aliased,
  pivot: (cx, body, scope, environment) => pivoted(cx, body, scope, environment),
  unpivot: (cx, body, scope, environment) => unpivoted(cx, body, scope, environment),
  lateral,
  values: query,
  select: query,
  union: query,
  intersect: query,
  except: query,
  // A function with a column definition list: the parser gives the call and its `AS x (a int, …)` side by side.
  tuple: (cx, body, scope, environment) => {
    const [call, shape] = (body.expressions ?? []) as Node[];
    const names = shape?.table_alias as Body | undefined;
    const columns = ((names?.columns ?? []) as Node[]).map((column) => (column.column_def?.name ?? column) as Node);
    if (call) tableFunction(cx, call, { alias: cx.key(names?.this), columns }, scope, environment);
  },
  at_index: (cx, body, scope, environment) => {
    addFrom(cx, body.this as Node, scope, environment);
    const name = nameOf(body.expression);
    const array = scope.sources[scope.sources.length - 1]?.opaque ?? NOTHING;
    if (name === null) return;
    scope.sources.push(
      source(
        null,
        new Relation([{ key: cx.fold(name), name: name.text, soft: false, refs: array.refs, floor: array.floor }]),
      ),
    );
  },
  match_recognize: () => {
    throw new Unsupported('MATCH_RECOGNIZE');
  },
  stage_reference: (cx, body, scope) => {
    const name = `${String(body.name ?? '@stage')}${String(body.path ?? '')}`;
    scope.sources.push(source(null, null, { table: name }));
  },
};

/** One JOIN: its right side, then what its condition says about both. */
export function addJoin(cx: Resolver, join: Body, scope: Scope, environment: Environment): void {
  const first = scope.sources.length;
  addFrom(cx, join.this as Node, scope, environment);
  const left = scope.sources.slice(0, first);
  const right = scope.sources.slice(first);
  const kind = String(join.kind ?? '');
  for (const key of joinKeys(cx, join, left, right, kind)) merge(cx, key, left, right, kind, scope);
  cx.condition(join.on as Node | null, scope, environment, 'join');
  cx.condition(join.match_condition as Node | null, scope, environment, 'join');
  if (/semi|anti/i.test(kind)) for (const one of /right/i.test(kind) ? left : right) one.hidden = true;
}

interface JoinKey {
  readonly key: string;
  readonly text: string;
}

function joinKeys(
  cx: Resolver,
  join: Body,
  left: readonly Source[],
  right: readonly Source[],
  kind: string,
): JoinKey[] {
  const using = ((join.using ?? []) as Node[]).map((name) => ({
    key: cx.key(name) ?? '',
    text: nameOf(name)?.text ?? '',
  }));
  if (!/natural/i.test(kind)) return using;
  if ([...left, ...right].some((one) => one.relation === null || one.relation.stars.length > 0)) {
    cx.notice('no-schema', 'NATURAL JOIN over a table whose columns are not known');
  }
  return right
    .flatMap((one) => one.relation?.columns ?? [])
    .filter((column) => !column.isStar && left.some((other) => (other.relation?.find(column.key) ?? null) !== null))
    .map((column) => ({ key: column.key, text: column.name }));
}

function merge(
  cx: Resolver,
  { key, text }: JoinKey,
  left: readonly Source[],
  right: readonly Source[],
  kind: string,
  scope: Scope,
): void {
  const a = scope.merged.get(key) ?? sideOf(cx, key, text, left);
  const b = sideOf(cx, key, text, right);
  for (const side of [a, b]) if (side !== null) cx.addRows(side, 'join');
  const kept = /full/i.test(kind) ? [a, b] : /right/i.test(kind) && !/semi|anti/i.test(kind) ? [b] : [a];
  const value = union(kept.filter((side): side is Column => side !== null));
  scope.merged.set(key, { key, name: a?.name ?? text, soft: true, refs: value?.refs ?? [], floor: value?.floor ?? 1 });
}

function sideOf(cx: Resolver, key: string, text: string, sources: readonly Source[]): Column | null {
  for (const one of sources) {
    const column = one.hidden ? null : (one.relation?.find(key) ?? null);
    if (column !== null) return column;
  }
  const open = sources.filter((one) => !one.hidden && (one.relation === null || one.relation.stars.length > 0));
  if (open.length === 0) return null;
  const values: Value[] = open.slice(0, 1).map((one) => columnOf(cx, one, { text, quoted: true }, null));
  return { key, name: text, soft: true, ...union(values) };
}
