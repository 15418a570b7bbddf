import { nameOf, type Body, type Node } from './ast.ts';
import { columnOf } from './names.ts';
import type { Column, Value } from './relation.ts';
import { union } from './relation.ts';
import type { Resolver } from './resolver.ts';
import { Scope, type Environment, type Source } from './scope.ts';

/** MERGE: every WHEN clause that updates or inserts adds to the target's columns. */
export function merged(cx: Resolver, body: Body, environment: Environment): { target: string; columns: Column[] } {
  const scope = new Scope(null);
  cx.halves.from(cx, body.this as Node, scope, environment);
  cx.halves.from(cx, body.using as Node, scope, environment);
  cx.condition(body.on as Node, scope, environment, 'join');
  const [target, origin] = scope.sources as [Source, Source];
  for (const name of (body.using_cond?.tuple?.expressions ?? []) as Node[]) {
    for (const side of [target, origin]) cx.addRows(columnOf(cx, side, nameOf(name)!, null), 'join');
  }
  const written = new Map<string, { name: string; values: Value[] }>();
  const put = (name: string, value: Value): void => {
    const at = written.get(name.toLowerCase());
    if (at === undefined) written.set(name.toLowerCase(), { name, values: [value] });
    else at.values.push(value);
  };
  for (const node of (body.whens?.whens?.expressions ?? []) as Node[]) {
    const when = node.when as Body;
    cx.condition(when.condition as Node, scope, environment, 'filter');
    clause(cx, when, { scope, environment, target, origin, put });
  }
  const columns = [...written.values()].map(({ name, values }): Column => ({
    key: name,
    name,
    soft: true,
    ...union(values),
  }));
  return { target: target.table ?? '', columns };
}

interface Merge {
  readonly scope: Scope;
  readonly environment: Environment;
  readonly target: Source;
  readonly origin: Source;
  readonly put: (name: string, value: Value) => void;
}

function clause(cx: Resolver, when: Body, merge: Merge): void {
  // Bare UPDATE and INSERT (DuckDB) take the source's columns in their order.
  if (/^(update|insert)$/i.test(nameOf(when.then)?.text ?? '')) return byPosition(cx, merge);
  const action = when.then?.tuple?.expressions as Node[] | undefined;
  const verb = nameOf(action?.[0])?.text.toUpperCase();
  if (action === undefined || verb === undefined) return;
  const [, first, second] = action;
  if (first?.star) return byName(cx, merge);
  if (verb === 'INSERT' && nameOf(first)?.text.toUpperCase() === 'ROW') return byPosition(cx, merge);
  if (verb === 'UPDATE') return assignments(cx, (first?.tuple?.expressions ?? []) as Node[], merge);
  if (verb === 'INSERT') insertion(cx, second === undefined ? null : (first as Node), (second ?? first) as Node, merge);
}

/** `UPDATE SET *` and `INSERT *`: each target column from the source column of its name. */
function byName(cx: Resolver, { target, origin, put }: Merge): void {
  const names = target.relation?.columns ?? origin.relation?.columns;
  if (names === undefined || origin.relation === null)
    return cx.notice('no-schema', 'MERGE with * between tables whose columns are not known');
  for (const { key, name, isStar } of names) {
    const column = isStar ? null : origin.relation.find(key);
    if (column !== null) put(name, column);
  }
}

function byPosition(cx: Resolver, { target, origin, put }: Merge): void {
  if (target.relation === null || origin.relation === null)
    return cx.notice('no-schema', 'INSERT ROW between tables whose columns are not known');
  target.relation.columns.forEach((column, i) =>
    put(column.name, origin.relation!.columns[i] ?? { refs: [], floor: 0.2 }),
  );
}

function assignments(cx: Resolver, nodes: readonly Node[], { scope, environment, put }: Merge): void {
  for (const node of nodes) {
    if (!node.eq) continue;
    const name = (nameOf(node.eq.left)?.text ?? '').split('.').pop() ?? '';
    put(name, valueOf(cx, node.eq.right as Node, scope, environment));
  }
}

function insertion(
  cx: Resolver,
  names: Node | null,
  row: Node,
  { scope, environment, target, origin, put }: Merge,
): void {
  const listed = ((names?.tuple?.expressions ?? []) as Node[]).map((node) => nameOf(node)?.text ?? '');
  const columns = names === null ? (target.relation?.columns ?? []).map((column) => column.name) : listed;
  const values = (row.tuple?.expressions ?? (row.paren ? [row.paren.this] : [row])) as Node[];
  // An unqualified name in an INSERT's VALUES can only be the source's: there is no target row.
  const visible = new Scope(scope);
  visible.sources.push(origin);
  values.forEach((value, i) => {
    const name = columns[i];
    if (name !== undefined) put(name, valueOf(cx, value, visible, environment));
  });
}

function valueOf(cx: Resolver, node: Node, scope: Scope, environment: Environment): Value {
  cx.within = node;
  const value = cx.expression(node, scope, environment);
  cx.within = null;
  return value;
}
