import { isQuery, nameOf, variant, type Body, type Node } from './ast.ts';
import { withCtes } from './ctes.ts';
import { merged } from './merge.ts';
import { Relation, union, type Column, type Value } from './relation.ts';
import { tupleNames } from './repair.ts';
import { mayCarryColumns, rawText } from './raw-statements.ts';
import { addJoin } from './relations.ts';
import { Unsupported, type Resolver } from './resolver.ts';
import { Environment, Scope, source } from './scope.ts';

/** What a statement writes (null: it is a query) and the columns it gives. */
export interface Outcome {
  readonly statement: string;
  readonly target: string | null;
  readonly columns: readonly Column[];
  /** It makes a table that ends with the session. */
  readonly temporary?: boolean;
}

// Statements that neither read nor write columns: nothing to say about them is the whole truth.
const SILENT =
  /^(use|set|set_statement|begin|commit|rollback|transaction|drop_.*|grant|revoke|comment|truncate|truncate_table|create_(?!table|view).*|alter_.*|analyze|show|describe|summarize|explain|pragma|vacuum|declare|kill|refresh|drop|lock|savepoint|uncache|attach|detach|install|load|checkpoint|call|reset)$/;

/** Resolves one statement. */
export function resolveStatement(cx: Resolver, root: Node): Outcome {
  let node = root;
  while (node.annotated) node = node.annotated.this as Node;
  const [kind, body] = variant(node);
  const environment = new Environment();
  if (isQuery(kind) || kind === 'paren' || kind === 'pivot' || kind === 'unpivot' || kind === 'alias')
    return query(cx, kind, body, node, environment);
  if (WRITES.test(kind)) return written(cx, kind, body, environment);
  switch (kind) {
    case 'create_table':
    case 'create_view':
      return created(cx, kind, body, environment);
    case 'cache': {
      const target = nameOf(body.table)?.text ?? null;
      return { statement: 'create_view', target, columns: columnsOf(cx, body.query as Node, environment) };
    }
    case 'export':
      return query(cx, 'select', body, body.this as Node, environment);
    case 'copy':
      if (!isQuery(variant(body.this as Node)[0])) throw new Unsupported('COPY of files');
      return query(cx, 'select', body, body.this as Node, environment);
    default:
      if (SILENT.test(kind) || !mayCarryColumns(rawText(node) ?? 'select'))
        return { statement: kind, target: null, columns: [] };
      throw new Unsupported(`statement of kind ${kind === '' ? 'nothing' : kind}`);
  }
}

const WRITES = /^(insert|update|delete|merge)$/;

function written(cx: Resolver, kind: string, body: Body, environment: Environment): Outcome {
  if (kind === 'merge') {
    const clause = (body.with_?.with ?? body.with_) as Body | null;
    return { statement: kind, ...merged(cx, body, withCtes(cx, clause, environment, null)) };
  }
  const target = tableName(cx, body.table as Body);
  if (kind === 'insert') return { statement: kind, target, columns: inserted(cx, body, environment, null) };
  if (kind === 'update') return { statement: kind, target, columns: updated(cx, body, environment, null) };
  deleted(cx, body, environment, null);
  return { statement: kind, target, columns: [] };
}

function query(cx: Resolver, kind: string, body: Body, node: Node, environment: Environment): Outcome {
  const columns = columnsOf(cx, node, environment);
  const into = body.into?.this?.table as Body | undefined;
  if (!into || kind !== 'select') return { statement: 'select', target: null, columns };
  const target = tableName(cx, into);
  return { statement: 'create_table', target, columns, temporary: isTemporary(target, body.into.temporary) };
}

function columnsOf(cx: Resolver, node: Node, environment: Environment): readonly Column[] {
  return cx.query(node, environment, null).columns;
}

/** The table's name as the schema has it, or as it is written. */
export function tableName(cx: Resolver, table: Body): string {
  return cx.catalog.lookUp((table.table ?? table) as Body).name;
}

function created(cx: Resolver, kind: string, body: Body, environment: Environment): Outcome {
  const target = tableName(cx, body.name as Body);
  const inner = withCtes(cx, body.with_cte as Body | null, environment, null);
  const node = (kind === 'create_view' ? body.query : body.as_select) as Node | null;
  const temporary = isTemporary(target, body.temporary);
  if (node)
    return {
      statement: kind,
      target,
      temporary,
      columns: renamedTo(columnsOf(cx, node, inner), namesOf(body.columns)),
    };
  const origin = (body.clone_source ?? null) as Body | null;
  if (origin === null) return { statement: kind, target, columns: [] };
  return { statement: kind, target, columns: columnsOf(cx, { table: origin }, inner) };
}

/** Said so, or by a name that begins with # (Redshift). */
function isTemporary(target: string, said: unknown): boolean {
  return Boolean(said) || /(^|\.)#/.test(target);
}

function namesOf(nodes: unknown): string[] {
  return ((nodes ?? []) as Node[])
    .map((node) => nameOf(node.column_def ?? node)?.text)
    .filter((name) => name !== undefined);
}

function renamedTo(columns: readonly Column[], names: readonly string[]): Column[] {
  return columns.map((column, i) => (names[i] === undefined ? column : { ...column, name: names[i] }));
}

/** The columns that an INSERT writes, under the target's names. */
function inserted(cx: Resolver, body: Body, environment: Environment, returning: Scope | null): readonly Column[] {
  const inner = withCtes(cx, body.with as Body | null, environment, null);
  const table = body.table as Body;
  const known = cx.catalog.lookUp(table).relation;
  const partitions = ((body.partition ?? []) as [Node, Node | null][]).map(([name]) =>
    nameOf(name)?.text.toLowerCase(),
  );
  const all =
    known === null || known.stars.length > 0
      ? []
      : known.columns.map((column) => column.name).filter((name) => !partitions.includes(name.toLowerCase()));
  const listed = namesOf(body.columns);
  const given = sourceColumns(cx, body, inner);
  const open = given.some((column) => column.isStar);
  const names = body.by_name || open ? listed : listed.length > 0 ? listed : all;
  const columns = mergedByName([...renamedTo(given, names), ...conflict(cx, body, given, names, inner)]);
  if (returning !== null)
    returning.sources.push(
      source(null, new Relation(columns.map((column) => ({ ...column, key: column.name, soft: true })))),
    );
  return columns;
}

/** A column written twice (inserted, and updated on conflict) depends on both values. */
function mergedByName(columns: readonly Column[]): Column[] {
  const byName = new Map<string, Column>();
  for (const column of columns) {
    const known = byName.get(column.name.toLowerCase());
    byName.set(
      column.name.toLowerCase(),
      known === undefined || column.isStar ? column : { ...known, ...union([known, column]) },
    );
  }
  return byName.size === columns.length ? [...columns] : [...byName.values()];
}

function sourceColumns(cx: Resolver, body: Body, environment: Environment): readonly Column[] {
  if (body.query) return columnsOf(cx, body.query as Node, environment);
  if (body.source) return columnsOf(cx, body.source as Node, environment);
  const rows = (body.values ?? []) as Node[][];
  return rows.length === 0
    ? []
    : cx.query({ values: { expressions: rows.map((row) => ({ expressions: row })) } }, environment, null).columns;
}

/** ON CONFLICT DO UPDATE: `excluded` is the row that was to be inserted. */
function conflict(
  cx: Resolver,
  body: Body,
  given: readonly Column[],
  names: readonly string[],
  environment: Environment,
): Column[] {
  const clause = (body.on_conflict?.on_conflict ?? null) as Body | null;
  const sets = ((clause?.action?.tuple?.expressions ?? []) as Node[]).filter((node) => node.eq);
  if (clause === null || sets.length === 0) return [];
  const scope = new Scope(null);
  const table = body.table as Body;
  cx.halves.from(cx, { table: { ...table, alias: body.alias ?? table.alias } }, scope, environment);
  const excluded = renamedTo(given, names).map((column) => ({ ...column, key: column.name, soft: true }));
  scope.sources.push(source(cx.fold({ text: 'excluded', quoted: false }), new Relation(excluded)));
  cx.condition(clause.where_ as Node | null, scope, environment, 'filter');
  return sets.map((node) =>
    assigned(cx, node.eq.left as Node, cx.expression(node.eq.right as Node, scope, environment)),
  );
}

export function assigned(cx: Resolver, target: Node, value: Value): Column {
  const name = nameOf(target);
  // `SET t.total = …` may come as one dotted word.
  const text = (name?.text ?? '').split('.').pop() ?? '';
  return {
    key: cx.fold({ text, quoted: name?.quoted ?? false }),
    name: text,
    soft: true,
    refs: value.refs,
    floor: value.floor,
  };
}

function updated(cx: Resolver, body: Body, environment: Environment, returning: Scope | null): readonly Column[] {
  const inner = withCtes(cx, body.with as Body | null, environment, null);
  const scope = returning ?? new Scope(null);
  cx.halves.from(cx, { table: body.table }, scope, inner);
  for (const table of (body.extra_tables ?? []) as Node[]) cx.halves.from(cx, { table }, scope, inner);
  for (const join of (body.table_joins ?? []) as Body[]) addJoin(cx, join, scope, inner);
  for (const item of (body.from_clause?.expressions ?? []) as Node[]) cx.halves.from(cx, item, scope, inner);
  for (const join of (body.from_joins ?? []) as Body[]) addJoin(cx, join, scope, inner);
  const columns = ((body.set ?? []) as [Node, Node][]).flatMap(([name, node]): Column[] => {
    cx.within = node;
    const several = tupleNames(nameOf(name)?.text ?? '');
    if (several === null) return [assigned(cx, name, cx.expression(node, scope, inner))];
    const values = severalValues(cx, node, scope, inner);
    return several.map((one, i) => assigned(cx, { name: one, quoted: false }, values[i] ?? { refs: [], floor: 0.2 }));
  });
  cx.within = null;
  cx.condition(body.where_clause?.this as Node, scope, inner, 'filter');
  return columns;
}

/** The columns of `SET (a, b) = …`: the values of a query, or of a row of expressions. */
function severalValues(cx: Resolver, node: Node, scope: Scope, environment: Environment): readonly Value[] {
  const [kind, body] = variant(node);
  if (isQuery(kind)) return cx.query(node, environment, scope).columns;
  const items = (kind === 'tuple' ? body.expressions : kind === 'function' ? body.args : [node]) as Node[];
  return items.map((item) => cx.expression(item, scope, environment));
}

function deleted(cx: Resolver, body: Body, environment: Environment, returning: Scope | null): void {
  const inner = withCtes(cx, body.with as Body | null, environment, null);
  const scope = returning ?? new Scope(null);
  const table = body.table as Body;
  cx.halves.from(cx, { table: { ...table, alias: body.alias ?? table.alias } }, scope, inner);
  for (const item of (body.using ?? []) as Body[])
    cx.halves.from(cx, isTableRef(item) ? { table: item } : item, scope, inner);
  for (const join of (body.joins ?? []) as Body[]) addJoin(cx, join, scope, inner);
  cx.condition(body.where_clause?.this as Node, scope, inner, 'filter');
}

const isTableRef = (node: Body): boolean => typeof node.name === 'object' && node.name !== null;

/** What a data-modifying statement inside WITH hands on: the columns of its RETURNING. */
export function returningRelation(cx: Resolver, node: Node, environment: Environment): Relation {
  const [kind, body] = variant(node);
  const scope = new Scope(null);
  if (kind === 'insert') inserted(cx, body, environment, scope);
  else if (kind === 'update') updated(cx, body, environment, scope);
  else if (kind === 'delete') deleted(cx, body, environment, scope);
  else throw new Unsupported(`${kind.toUpperCase()} with RETURNING`);
  const items = (body.returning ?? []) as Node[];
  if (items.length === 0) return new Relation([]);
  const select = { select: { expressions: items } };
  return cx.query(select, environment, scope);
}
