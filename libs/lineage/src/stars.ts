import { nameOf, type Body, type Node, type Span } from './ast.ts';
import { openStar } from './catalog.ts';
import type { Column, Value } from './relation.ts';
import type { Resolver } from './resolver.ts';
import type { Environment, Scope, Source } from './scope.ts';

/** The columns that `*` or `t.*` stands for, with its EXCEPT, REPLACE, RENAME and ILIKE applied. */
export function expandStar(cx: Resolver, star: Body, scope: Scope, environment: Environment): Column[] {
  const span = (star.span ?? star.table?.span ?? null) as Span | null;
  const plain = star.table ? qualified(cx, star.table as Node, scope, span) : everything(cx, scope);
  cx.step(plain.length);
  return modified(cx, plain, star, scope, environment);
}

function everything(cx: Resolver, scope: Scope): Column[] {
  const visible = scope.sources.filter((source) => !source.hidden);
  const known = visible.every((source) => source.relation !== null && source.relation.stars.length === 0);
  const merged = known ? [...scope.merged.values()] : [];
  const taken = new Set(merged.map((column) => column.key.toLowerCase()));
  const columns = [...merged];
  for (const source of visible) {
    for (const column of columnsOf(cx, source)) if (!taken.has(column.key.toLowerCase())) columns.push(column);
  }
  return columns;
}

function columnsOf(cx: Resolver, source: Source): readonly Column[] {
  if (source.relation === null) {
    const table = source.table ?? source.alias ?? '?';
    cx.notice('no-schema', `no schema for ${table}: * is not expanded`);
    return [
      {
        key: '*',
        name: '*',
        soft: false,
        isStar: true,
        refs: [openStar(table)],
        floor: 1,
        ...(source.span && { at: source.span }),
      },
    ];
  }
  if (source.opaque !== null && source.relation.columns.length === 0) {
    const name = source.alias ?? 'value';
    return [{ key: name, name: name.toLowerCase(), soft: true, refs: source.opaque.refs, floor: source.opaque.floor }];
  }
  const { span } = source;
  if (span === null) return source.relation.columns;
  return source.relation.columns.map((column) => (column.at === undefined ? { ...column, at: span } : column));
}

function qualified(cx: Resolver, table: Node, scope: Scope, span: Span | null): Column[] {
  const key = cx.key(table);
  for (let s: Scope | null = scope; s !== null; s = s.parent) {
    const owner =
      s.sources.find((source) => source.alias === key && !source.hidden) ?? byPath(s, nameOf(table)?.text ?? '');
    if (owner !== undefined)
      return owner.opaque !== null && owner.relation?.columns.length === 0
        ? elementStar(cx, owner.opaque, table, span)
        : [...columnsOf(cx, owner)];
  }
  return structStar(cx, table, scope, span);
}

function byPath(scope: Scope, text: string): Source | undefined {
  const parts = text.toLowerCase().split('.');
  if (parts.length < 2) return undefined;
  return scope.sources.find((source) =>
    parts.every((part, i) => source.path[source.path.length - parts.length + i] === part),
  );
}

/** The fields of a struct are in no schema: one open column that depends on it. */
function elementStar(cx: Resolver, value: Value, name: Node, span: Span | null): Column[] {
  cx.notice('no-schema', `the fields of ${nameOf(name)?.text ?? ''} are not known: * is not expanded`, span);
  const refs = value.refs.map((ref) => ({ ...ref, span: ref.span ?? span }));
  return [{ key: '*', name: '*', soft: false, isStar: true, refs, floor: value.floor }];
}

/** `s.*` over a struct column: its fields are not in any schema, so they are one open column that depends on `s`. */
function structStar(cx: Resolver, table: Node, scope: Scope, span: Span | null): Column[] {
  const name = nameOf(table);
  const path = (name?.text ?? '').split('.').map((text) => ({ text, quoted: name?.quoted ?? false }));
  const owner = scope.sources.find((source) => source.alias === cx.fold(path[0]!));
  const inside = path.length > 1 ? owner?.relation?.find(cx.fold(path[1]!)) : undefined;
  const column =
    inside ??
    scope.sources.map((source) => source.relation?.find(cx.fold(path[0]!)) ?? null).find((found) => found !== null);
  if (column === null || column === undefined) {
    cx.notice('unresolved', `unresolved star ${name?.text ?? ''}.*`, span);
    return [{ key: '*', name: '*', soft: false, isStar: true, refs: [], floor: 0.2 }];
  }
  return elementStar(cx, column, table, span);
}

function modified(cx: Resolver, plain: Column[], star: Body, scope: Scope, environment: Environment): Column[] {
  let columns = plain;
  const except = listOf(star.except);
  const rename = (star.rename ?? []) as [Node, Node][];
  const replace = (star.replace ?? []) as Body[];
  if (except.length > 0) columns = without(cx, columns, except, true);
  if (replace.length > 0) columns = replaced(cx, columns, replace, scope, environment);
  if (rename.length > 0) columns = renamedIn(cx, columns, rename);
  return columns;
}

function listOf(nodes: unknown): Node[] {
  return Array.isArray(nodes) ? (nodes as Node[]) : [];
}

/** Matches columns against a list of names the way the dialect compares them. */
function finder(cx: Resolver, names: readonly (Node | null)[]): (column: Column) => number {
  const keys = names.map((name) => cx.key(name) ?? '');
  const exact = new Map(keys.map((key, i) => [key, i]));
  const soft = new Map(keys.map((key, i) => [key.toLowerCase(), i]));
  return (column) => exact.get(column.key) ?? (column.soft ? (soft.get(column.key.toLowerCase()) ?? -1) : -1);
}

const LIKE = /^\u0001(i?like):(.*)$/s;

function without(cx: Resolver, columns: Column[], names: readonly Node[], drop: boolean): Column[] {
  const like = names.map((name) => LIKE.exec(nameOf(name)?.text ?? '')).find((match) => match !== null);
  if (like)
    return columns.filter((column) => column.isStar || likePattern(like[2]!, like[1] === 'ilike').test(column.name));
  const at = finder(cx, names);
  const gone = new Set(names.map((name) => (nameOf(name)?.text ?? '').toLowerCase()));
  return columns
    .filter((column) => !drop || column.isStar || at(column) < 0)
    .map((column) => (column.isStar ? { ...column, without: new Set([...(column.without ?? []), ...gone]) } : column));
}

/** The text of a LIKE pattern as a regular expression. */
function likePattern(pattern: string, insensitive: boolean): RegExp {
  const escaped = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%/g, '.*')
    .replace(/_/g, '.');
  return new RegExp(`^${escaped}$`, insensitive ? 'is' : 's');
}

function replaced(
  cx: Resolver,
  columns: Column[],
  list: readonly Body[],
  scope: Scope,
  environment: Environment,
): Column[] {
  const at = finder(
    cx,
    list.map((item) => item.alias as Node),
  );
  const values = list.map((item) => cx.expression(item.this as Node, scope, environment, 'select'));
  const open = columns.some((column) => column.isStar);
  const done = new Set<number>();
  const result = columns.map((column) => {
    const i = column.isStar ? -1 : at(column);
    if (i < 0) return column;
    done.add(i);
    return { ...column, ...values[i]! };
  });
  if (!open) return result;
  const rest = list.map((item, i) => ({ item, i })).filter(({ i }) => !done.has(i));
  const added = rest.map(({ item, i }): Column => ({
    key: cx.key(item.alias) ?? '',
    name: nameOf(item.alias)?.text ?? '',
    soft: false,
    ...values[i]!,
  }));
  return [
    ...without(
      cx,
      result,
      rest.map(({ item }) => item.alias as Node),
      false,
    ),
    ...added,
  ];
}

function renamedIn(cx: Resolver, columns: Column[], list: readonly [Node, Node][]): Column[] {
  const at = finder(
    cx,
    list.map(([from]) => from),
  );
  const done = new Set<number>();
  const result = columns.map((column) => {
    const i = column.isStar ? -1 : at(column);
    if (i < 0) return column;
    done.add(i);
    return { ...column, key: cx.key(list[i]![1]) ?? '', name: nameOf(list[i]![1])?.text ?? '', soft: false };
  });
  const star = columns.find((column) => column.isStar);
  if (star === undefined) return result;
  const rest = list.filter((_, i) => !done.has(i));
  const added = rest.map(([from, to]): Column => {
    const name = nameOf(from)!;
    const refs = star.refs.map((ref) => (ref.open ? cx.catalog.unknownColumn(ref.table, name, 0.4) : ref));
    return { key: cx.key(to) ?? '', name: nameOf(to)?.text ?? '', soft: false, refs, floor: 1 };
  });
  return [
    ...without(
      cx,
      result,
      rest.map(([from]) => from),
      false,
    ),
    ...added,
  ];
}
