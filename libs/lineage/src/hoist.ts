import { kindOf, type Body, type Node } from './ast.ts';

// In `… WHERE a > (SELECT …) UNION ALL SELECT …` the parser takes the UNION for part of the last operand, and whole branches of the query
// end inside a predicate without any error. A set operation whose leftmost operand is a bare parenthesised query can stand in an
// expression for no other reason, so it is taken out and put back over its SELECT.

const SETS = new Set(['union', 'intersect', 'except']);
const CLOSED = new Set([
  'subquery',
  'select',
  'paren',
  'exists',
  'in',
  'with',
  'function',
  'aggregate_function',
  'window_function',
  'case',
  'span',
]);

interface Found {
  readonly kind: string;
  readonly body: Body;
  /** The innermost set operation, whose left side is the operand that was meant. */
  readonly innermost: Body;
}

/** Repairs the tree in place; returns how many set operations were moved. */
export function hoistSetOperations(root: Node): number {
  let moved = 0;
  const walk = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) return node.forEach(walk);
    const body = node as Body;
    for (const key in body) if (key !== 'span') walk(body[key]);
    while (body.select && lift(body)) moved++;
  };
  walk(root);
  return moved;
}

function lift(node: Node): boolean {
  const select = node.select as Body;
  const last = lastClause(select);
  const found = last === null ? null : takeFrom(last.holder, last.key);
  if (found === null) return false;
  const carried = select.with;
  select.with = null;
  found.innermost.left = { select };
  found.body.with = carried;
  delete node.select;
  node[found.kind] = found.body;
  return true;
}

/** The expression that ends the SELECT: only that one can have swallowed what follows. */
function lastClause(select: Body): { holder: Body; key: string } | null {
  for (const clause of ['offset', 'limit'])
    if (select[clause]?.this) return { holder: select[clause] as Body, key: 'this' };
  const ordered = select.order_by?.expressions as Body[] | undefined;
  if (ordered?.length) return { holder: ordered[ordered.length - 1]!, key: 'this' };
  if (select.windows?.length) return null;
  for (const clause of ['qualify', 'having'])
    if (select[clause]) return { holder: select[clause] as Body, key: 'this' };
  if (select.group_by) return null;
  if (select.where_clause) return { holder: select.where_clause as Body, key: 'this' };
  const joins = (select.joins ?? []) as Body[];
  if (joins.length > 0) return joins[joins.length - 1]!.on ? { holder: joins[joins.length - 1]!, key: 'on' } : null;
  const items = (select.expressions ?? []) as Body[];
  if (!select.from && items.length > 0) return { holder: items as unknown as Body, key: String(items.length - 1) };
  return null;
}

function takeFrom(holder: Body, key: string): Found | null {
  const node = holder[key] as Node | null | undefined;
  const kind = kindOf(node);
  if (!node || kind === null) return null;
  const body: Body = node[kind];
  if (SETS.has(kind) && !Array.isArray(body) && body.left) {
    const innermost = leftmost(body);
    const first = kindOf(innermost.left as Node);
    if (first !== 'subquery' && first !== 'paren') return null;
    holder[key] = innermost.left;
    return { kind, body, innermost };
  }
  if (CLOSED.has(kind) || body === null || typeof body !== 'object') return null;
  for (const inner in body) {
    const child: unknown = (body as Body)[inner];
    if (child === null || typeof child !== 'object' || Array.isArray(child)) continue;
    const found = takeFrom(body, inner);
    if (found !== null) return found;
  }
  return null;
}

function leftmost(body: Body): Body {
  let at = body;
  for (;;) {
    const kind = kindOf(at.left as Node);
    if (kind === null || !SETS.has(kind)) return at;
    at = at.left[kind] as Body;
  }
}
