import { variant, type Body, type Node } from './ast.ts';
import { withCtes } from './ctes.ts';
import { Relation, union, type Column } from './relation.ts';
import type { Resolver } from './resolver.ts';
import { Scope, source, type Environment } from './scope.ts';

/** UNION, INTERSECT, EXCEPT, and chains of them. */
export function setOperation(
  cx: Resolver,
  kind: string,
  body: Body,
  environment: Environment,
  scope: Scope | null,
): Relation {
  const arms: { kind: string; body: Body; right: Node }[] = [];
  let at: Body = body;
  let name = kind;
  let inner = environment;
  // Unions lean left, hundreds deep where a model stacks sources: walked as a list, not by recursion.
  for (;;) {
    inner = withCtes(cx, at.with as Body | null, inner, scope);
    arms.unshift({ kind: name, body: at, right: at.right as Node });
    const [next, nextBody] = variant(at.left as Node);
    if (next !== 'union' && next !== 'intersect' && next !== 'except') break;
    name = next;
    at = nextBody;
  }
  let relation = cx.query(at.left as Node, inner, scope);
  for (const arm of arms) relation = combined(cx, arm.kind, arm.body, relation, cx.query(arm.right, inner, scope));
  orderSetOperation(cx, body, relation, scope, inner);
  return relation;
}

function combined(cx: Resolver, kind: string, body: Body, left: Relation, right: Relation): Relation {
  if (kind !== 'union') {
    for (const column of [...left.columns, ...right.columns]) cx.addRows(column, 'filter');
    return left;
  }
  const distinct = body.all !== true;
  const relation = new Relation(body.by_name || body.corresponding ? byName(left, right) : byPosition(cx, left, right));
  if (distinct) for (const column of relation.columns) cx.addRows(column, 'group');
  return relation;
}

function byName(left: Relation, right: Relation): Column[] {
  const columns = left.columns.map((column) => {
    const twin = right.find(column.key);
    return twin === null || column.isStar ? column : { ...column, ...union([column, twin]) };
  });
  return [...columns, ...right.columns.filter((column) => column.isStar || left.find(column.key) === null)];
}

function byPosition(cx: Resolver, left: Relation, right: Relation): Column[] {
  cx.step(left.columns.length);
  const open = left.stars.length + right.stars.length > 0;
  if (!open) {
    if (left.columns.length !== right.columns.length)
      cx.notice(
        'unresolved',
        `the arms of a set operation have ${left.columns.length} and ${right.columns.length} columns`,
      );
    return left.columns.map((column, i) =>
      right.columns[i] === undefined ? column : { ...column, ...union([column, right.columns[i]]) },
    );
  }
  // With a star of unknown width on either side positions say nothing: names do, as far as they are known.
  const stars = [...left.stars, ...right.stars];
  const named = left.columns
    .filter((column) => !column.isStar)
    .map((column) => {
      const twin = right.find(column.key);
      return twin === null ? column : { ...column, ...union([column, twin]) };
    });
  const first = stars[0]!;
  return [...named, { ...first, ...union(stars) }];
}

function orderSetOperation(
  cx: Resolver,
  body: Body,
  relation: Relation,
  scope: Scope | null,
  environment: Environment,
): void {
  const ordered = (body.order_by?.expressions ?? []) as Body[];
  if (ordered.length === 0) return;
  const inner = new Scope(scope);
  inner.sources.push(source(null, relation));
  for (const item of ordered) {
    const position = ordinal(item.this as Node);
    const column = position === null ? null : relation.columns[position - 1];
    cx.addRows(column ?? cx.expression(item.this as Node, inner, environment, 'after', 'order'), 'order');
  }
}

/** The position that `ORDER BY 2` means; null for anything else. */
export function ordinal(node: Node | null | undefined): number | null {
  const literal = node?.literal as Body | undefined;
  return literal?.literal_type === 'number' && /^\d+$/.test(String(literal.value)) ? Number(literal.value) : null;
}
