import { nameOf, type Body, type Node } from './ast.ts';
import type { Column } from './relation.ts';
import type { Resolver } from './resolver.ts';
import type { Environment, Scope } from './scope.ts';
import { expandStar } from './stars.ts';

/** DuckDB's `COLUMNS(…)` as written: of which table (null: all), and which columns. */
interface Call {
  readonly table: Node | null;
  readonly argument: Node | undefined;
}

function callOf(node: Node): Call | null {
  const call = node.function as Body | undefined;
  if (call !== undefined)
    return isColumns(call.name) ? { table: null, argument: (call.args as Node[] | undefined)?.[0] } : null;
  if (node.columns?.this) return { table: null, argument: node.columns.this as Node };
  const method = node.method_call as Body | undefined;
  if (method === undefined || !isColumns(nameOf(method.method)?.text)) return null;
  return { table: (method.this as Node).column?.name as Node, argument: (method.args as Node[] | undefined)?.[0] };
}

const isColumns = (name: unknown): boolean => typeof name === 'string' && name.toLowerCase() === 'columns';

/** The columns that `COLUMNS('regex')`, `COLUMNS(* EXCLUDE …)` or `COLUMNS([names])` means; null when the node is none of these. */
export function columnsFunction(cx: Resolver, node: Node, scope: Scope, environment: Environment): Column[] | null {
  const call = callOf(node);
  if (call === null) return null;
  const { argument } = call;
  if (argument?.star) return expandStar(cx, argument.star as Body, scope, environment);
  const all = expandStar(cx, { table: call.table }, scope, environment);
  if (argument === undefined) return all;
  const listed = argument.array_func?.expressions as Node[] | undefined;
  if (listed !== undefined) {
    const names = new Set(listed.map((item) => String(item.literal?.value ?? '').toLowerCase()));
    return all.filter((column) => column.isStar || names.has(column.name.toLowerCase()));
  }
  const regex = typeof argument.literal?.value === 'string' ? safeRegExp(argument.literal.value) : null;
  if (regex !== null) return all.filter((column) => column.isStar || regex.test(column.name));
  cx.notice('unsupported', 'COLUMNS with a condition: all columns are taken for its own');
  return all.map((column) => ({ ...column, floor: Math.min(column.floor, 0.3) }));
}

/** The first `COLUMNS(…)` in an expression, outside of its subqueries; null when there is none. */
export function columnsIn(node: unknown): Node | null {
  if (node === null || typeof node !== 'object') return null;
  if (Array.isArray(node)) {
    for (const item of node) {
      const found = columnsIn(item);
      if (found !== null) return found;
    }
    return null;
  }
  const body = node as Body;
  // `*COLUMNS(…)` spreads into the arguments of one call instead of repeating it.
  if (body.subquery || body.select || body.columns?.unpack) return null;
  if (callOf(body) !== null) return body;
  for (const key in body) {
    const found = key === 'span' ? null : columnsIn(body[key]);
    if (found !== null) return found;
  }
  return null;
}

/** The name under `AS 'x_\1'`: the groups of the pattern, as they matched. */
export function aliasFor(name: string, alias: string, call: Node): string {
  const pattern = callOf(call)?.argument?.literal?.value as string | undefined;
  const match = pattern === undefined ? null : (safeRegExp(pattern)?.exec(name) ?? null);
  return alias.replace(/\\(\d)/g, (_, group: string) => (group === '0' ? name : (match?.[Number(group)] ?? '')));
}

// The engine's patterns are RE2, which never backtracks; a pattern that could here is refused instead.
function safeRegExp(pattern: string): RegExp | null {
  if (pattern.length > 200 || /[*+}]\s*\)\s*[*+{]/.test(pattern)) return null;
  try {
    return new RegExp(pattern);
  } catch {
    return null;
  }
}
