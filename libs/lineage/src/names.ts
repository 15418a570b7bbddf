import { nameOf, type Body, type Name, type Span } from './ast.ts';
import { union, NOTHING, type Column, type Ref, type Value } from './relation.ts';
import type { Resolver } from './resolver.ts';
import type { Mode, Scope, Source } from './scope.ts';

const PSEUDO =
  /^(_table_suffix|_partitiontime|_partitiondate|_file_name|_metadata|metadata\$.*|ctid|xmin|xmax|tableoid|rowid|file_row_number|default)$/;
const HIERARCHY = /^(level|connect_by_isleaf|connect_by_iscycle|rownum)$/;
// What a row of a table function is known by where no alias names its columns.
const FIELD =
  /^(value|key|index|seq|path|this|col|pos|element|offset|ordinality|generate_series|generate_subscripts|range|unnest|explode|json)$/;
const UNRESOLVED: Value = { refs: [], floor: 0.2 };

/** The value of a column reference: `{ name, table }` of the parser's column node. */
export function resolveColumn(cx: Resolver, body: Body, scope: Scope, mode: Mode): Value {
  cx.step();
  const name = nameOf(body.name);
  if (name === null) return NOTHING;
  const span = (body.span ?? body.name?.span ?? null) as Span | null;
  const qualifier = nameOf(body.table);
  if (qualifier === null) {
    const value = bare(cx, name, scope, span, mode);
    if (value !== null) return value;
    cx.notice('unresolved', `unresolved name ${name.text}`, span);
    return UNRESOLVED;
  }
  const key = cx.fold(qualifier);
  for (let s: Scope | null = scope; s !== null; s = s.parent) {
    if (s.parameters.has(key)) return NOTHING;
    const owner = s.sources.find((source) => !source.hidden && matches(source, key, qualifier));
    if (owner !== undefined) return columnOf(cx, owner, name, span);
  }
  // The qualifier may be a struct column.
  const struct = bare(cx, qualifier, scope, span, mode);
  if (struct !== null) return struct;
  cx.notice('unresolved', `unresolved name ${qualifier.text}.${name.text}`, span);
  return UNRESOLVED;
}

function matches(source: Source, key: string, qualifier: Name): boolean {
  if (source.alias === key) return true;
  if (source.table === null || !qualifier.text.includes('.')) return false;
  const parts = qualifier.text.toLowerCase().split('.');
  return parts.every((part, i) => source.path[source.path.length - parts.length + i] === part);
}

/** A dotted chain `a.b.c`, whose first names may be the parts of a table's name; null when they are not. */
export function resolvePath(cx: Resolver, names: readonly Name[], scope: Scope, span: Span | null): Value | null {
  const parts = names.map((name) => name.text.toLowerCase());
  for (let s: Scope | null = scope; s !== null; s = s.parent) {
    if (s.sources.some((source) => source.alias === cx.fold(names[0]!))) return null;
    for (let length = names.length - 1; length >= 2; length--) {
      const owner = s.sources.find(
        (source) =>
          source.path.length >= length &&
          parts.slice(0, length).every((part, i) => source.path[source.path.length - length + i] === part),
      );
      if (owner !== undefined) return columnOf(cx, owner, names[length]!, span);
    }
  }
  return null;
}

/** Column `name` of one source. */
export function columnOf(cx: Resolver, source: Source, name: Name, span: Span | null): Value {
  const { relation, table } = source;
  if (relation === null) return unknownColumn(cx, source, name, span, 0.9);
  const column = relation.find(cx.fold(name));
  if (column !== null) return named(cx, column, span);
  if (source.opaque !== null) return positioned(cx, source.opaque, span);
  const through = throughStar(cx, relation.stars, name, span, 0.4);
  if (through !== null) return through;
  if (PSEUDO.test(name.text.toLowerCase())) return NOTHING;
  cx.notice('unresolved', `unknown column ${source.table ?? source.alias ?? ''}.${name.text}`, span);
  if (table === null) return UNRESOLVED;
  return { refs: [placed(cx, cx.catalog.unknownColumn(table, name, 0.3), span)], floor: 0.3 };
}

function bare(cx: Resolver, name: Name, scope: Scope, span: Span | null, mode: Mode): Value | null {
  const key = cx.fold(name);
  if (name.text.startsWith('@') || cx.variables.has(name.text.toLowerCase())) return NOTHING;
  for (let s: Scope | null = scope; s !== null; s = s.parent) {
    if (s.parameters.has(key)) return NOTHING;
    const value = bareIn(cx, name, key, s, span, s === scope ? mode : null);
    if (value !== null) return value;
    if (s.hierarchical && HIERARCHY.test(key.toLowerCase())) return NOTHING;
  }
  return PSEUDO.test(name.text.toLowerCase()) ? NOTHING : null;
}

/** The name in one scope alone; `mode` is null for scopes further out, whose aliases are not in sight. */
function bareIn(
  cx: Resolver,
  name: Name,
  key: string,
  scope: Scope,
  span: Span | null,
  mode: Mode | null,
): Value | null {
  const merged = scope.merged.get(key) ?? softly(scope.merged, key);
  if (merged !== undefined) return named(cx, merged, span);
  const hits: Column[] = [];
  for (const source of scope.sources) {
    const column = source.hidden ? null : (source.relation?.find(key) ?? null);
    if (column !== null) hits.push(column);
  }
  if (hits.length === 1) return named(cx, hits[0]!, span);
  if (hits.length > 1)
    return ambiguous(
      cx,
      name,
      hits.map((hit) => named(cx, hit, span)),
      0.5,
      span,
    );
  if (mode !== null && (cx.rules.lateralAliases || mode === 'after')) {
    const alias = scope.aliases.get(key);
    if (alias !== undefined) return alias;
  }
  return wholeRow(cx, key, scope, span) ?? guess(cx, name, scope, span);
}

function softly(columns: ReadonlyMap<string, Column>, key: string): Column | undefined {
  const lower = key.toLowerCase();
  for (const column of columns.values()) if (column.soft && column.key.toLowerCase() === lower) return column;
  return undefined;
}

/** An alias in the place of a column: the element of an array, or the whole row. */
function wholeRow(cx: Resolver, key: string, scope: Scope, span: Span | null): Value | null {
  const owner = scope.sources.find((source) => source.alias === key && !source.hidden);
  if (owner === undefined) return null;
  if (owner.opaque !== null) return positioned(cx, owner.opaque, span);
  if (owner.relation === null) return { refs: [placed(cx, openRow(cx, owner), span)], floor: 1 };
  return union(owner.relation.columns.map((column) => named(cx, column, span)));
}

function openRow(cx: Resolver, source: Source): Ref {
  const ref = cx.catalog.unknownColumn(source.table ?? source.alias ?? '?', { text: '*', quoted: true }, 0.3);
  return { ...ref, open: true };
}

/** Where no schema knows the name: it belongs to whichever source may have columns that nobody listed. */
function guess(cx: Resolver, name: Name, scope: Scope, span: Span | null): Value | null {
  const visible = scope.sources.filter((source) => !source.hidden);
  const opaque = visible.filter((source) => source.opaque !== null && source.relation !== null);
  const unknown = visible.filter((source) => source.relation === null);
  const starred = visible.filter(
    (source) => source.relation !== null && source.opaque === null && source.relation.stars.length > 0,
  );
  const lower = name.text.toLowerCase();
  if (
    opaque.length === 1 &&
    (FIELD.test(lower) || (unknown.length + starred.length === 0 && !knownOutside(scope, cx.fold(name))))
  ) {
    return positioned(cx, opaque[0]!.opaque!, span);
  }
  if (PSEUDO.test(lower)) return null;
  const candidates = unknown.length + starred.length;
  if (candidates === 0) return null;
  // A scope further out that surely has the name makes this one's claim no more than likely.
  const alone = knownOutside(scope, cx.fold(name)) ? 0.5 : 0.8;
  const values = [
    ...unknown.map((source) => unknownColumn(cx, source, name, span, candidates === 1 ? alone : 0.3)),
    ...starred
      .map((source) => throughStar(cx, source.relation!.stars, name, span, candidates === 1 ? 0.4 : 0.3))
      .filter((value) => value !== null),
  ];
  if (values.length === 0) return null;
  return values.length === 1 ? values[0]! : ambiguous(cx, name, values, 0.3, span);
}

function knownOutside(scope: Scope, key: string): boolean {
  for (let s = scope.parent; s !== null; s = s.parent) {
    if (
      s.merged.has(key) ||
      s.sources.some((source) => !source.hidden && (source.relation?.find(key) ?? null) !== null)
    )
      return true;
  }
  return false;
}

/** Whether the scope or one around it has a column of that name for certain. */
export function isKnownColumn(cx: Resolver, name: Name, scope: Scope): boolean {
  const key = cx.fold(name);
  return scope.sources.some((source) => (source.relation?.find(key) ?? null) !== null) || knownOutside(scope, key);
}

function ambiguous(cx: Resolver, name: Name, values: readonly Value[], confidence: number, span: Span | null): Value {
  cx.notice('ambiguous', `ambiguous name ${name.text}`, span);
  const all = union(values);
  return {
    refs: all.refs.map((ref) => ({ ...ref, confidence: Math.min(ref.confidence, confidence) })),
    floor: Math.min(all.floor, confidence),
  };
}

function unknownColumn(cx: Resolver, source: Source, name: Name, span: Span | null, confidence: number): Value {
  const ref = cx.catalog.unknownColumn(source.table ?? source.alias ?? '?', name, confidence);
  return { refs: [placed(cx, ref, span)], floor: 1 };
}

function throughStar(
  cx: Resolver,
  stars: readonly Column[],
  name: Name,
  span: Span | null,
  confidence: number,
): Value | null {
  const lower = name.text.toLowerCase();
  const open = stars.filter((star) => !star.without?.has(lower));
  if (open.length === 0) return null;
  const trust = open.length === 1 ? confidence : 0.3;
  const refs = open.flatMap((star) =>
    star.refs.map((ref): Ref => {
      if (!ref.open) return placed(cx, { ...ref, confidence: Math.min(ref.confidence, trust) }, span);
      return placed(
        cx,
        { ...cx.catalog.unknownColumn(ref.table, name, trust), direct: ref.direct, kind: ref.kind },
        span,
      );
    }),
  );
  if (open.length > 1) cx.notice('ambiguous', `ambiguous name ${name.text}`, span);
  return { refs, floor: 1 };
}

/** A column's value as read here: base columns get their place in the SQL from the first expression that names them. */
export function named(cx: Resolver, column: Column, span: Span | null): Value {
  return positioned(cx, column, span);
}

function positioned(cx: Resolver, value: Value, span: Span | null): Value {
  for (const ref of value.refs) {
    if (ref.span === null && span !== null)
      return { refs: value.refs.map((one) => placed(cx, one, span)), floor: value.floor };
  }
  return value;
}

function placed(cx: Resolver, ref: Ref, span: Span | null): Ref {
  return ref.span !== null || span === null ? ref : { ...ref, span, within: cx.within };
}
