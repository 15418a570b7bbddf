import { createHash } from 'node:crypto';
import type { Dialect } from './dialect.ts';
import type { LineageResult, Schema, TableColumns } from './edge.ts';

/** A node with compiled SQL. `relation` is the name under which others read it; null when none can (a test, an analysis). */
export interface Model {
  readonly id: string;
  readonly relation: string | null;
  readonly sql: string;
  /** Ids of the nodes it reads; ids that are no model here (sources, seeds) are found in the catalog. */
  readonly dependsOn: readonly string[];
  /** Columns that its table has beside those of the SQL: what dbt adds to a snapshot. */
  readonly added?: readonly string[];
}

export interface ProjectInput {
  readonly dialect: Dialect;
  readonly models: readonly Model[];
  /** Columns of sources, seeds and earlier builds, by relation name. */
  readonly catalog: Schema;
  /** The result of an earlier run, if that of this model had the same input key: what has the same inputs is not computed again. */
  readonly previous?: (id: string, inputKey: string) => LineageResult | undefined;
}

export interface ModelLineage {
  readonly id: string;
  readonly relation: string | null;
  readonly result: LineageResult;
  /** Hash of all that the result depends on: the SQL, the dialect, and the columns of what it reads. */
  readonly inputKey: string;
  /** The model's own columns as its readers see them; null when they are not known. */
  readonly columns: TableColumns | null;
  readonly reused: boolean;
  /** It is part of a dependency cycle: at least one thing it reads had no columns yet. */
  readonly cyclic: boolean;
}

/** Part of every input key: a release that computes other edges must not reuse the old ones. */
export const LINEAGE_ENGINE = 'lineage-1';

export type Compute = (task: {
  readonly id: string;
  readonly sql: string;
  readonly dialect: Dialect;
  readonly schema: Schema;
}) => LineageResult | Promise<LineageResult>;

/**
 * The lineage of all models, each after those it reads, so that the columns of one are the schema of the next.
 * Independent models are computed side by side when `compute` is asynchronous.
 */
export async function projectLineage(
  { dialect, models, catalog, previous }: ProjectInput,
  compute: Compute,
): Promise<ModelLineage[]> {
  const byId = new Map(models.map((model) => [model.id, model]));
  const known = new Map<string, TableColumns | null>();
  const catalogIndex = relationIndex(catalog);
  const words = new RelationWords(catalog);
  const done = new Map<string, ModelLineage>();
  for (const { ids, cyclic } of layers(models)) {
    const layer = ids.map(async (id) => {
      const model = byId.get(id)!;
      const schema = schemaFor(model, byId, known, words);
      const inputKey = keyOf(model.sql, dialect, schema);
      const reusable = previous?.(id, inputKey);
      const result = reusable ?? (await compute({ id, sql: model.sql, dialect, schema }));
      const listed = model.relation === null ? null : (catalogIndex.get(model.relation.toLowerCase()) ?? null);
      const columns = withAdded(columnsOf(result, listed), model.added);
      done.set(id, { id, relation: model.relation, result, inputKey, columns, reused: reusable !== undefined, cyclic });
    });
    await Promise.all(layer);
    for (const id of ids) known.set(id, done.get(id)!.columns);
  }
  return models.map((model) => done.get(model.id)!);
}

/** Waves of models of which each reads only earlier ones; what remains when none is free is a cycle, and comes last. */
function layers(models: readonly Model[]): { ids: string[]; cyclic: boolean }[] {
  const ids = new Set(models.map((model) => model.id));
  const waiting = new Map(
    models.map((model) => [model.id, new Set(model.dependsOn.filter((id) => ids.has(id) && id !== model.id))]),
  );
  const readers = new Map<string, string[]>();
  for (const [id, needs] of waiting) for (const need of needs) readers.set(need, [...(readers.get(need) ?? []), id]);
  const result: { ids: string[]; cyclic: boolean }[] = [];
  let free = [...waiting].filter(([, needs]) => needs.size === 0).map(([id]) => id);
  while (free.length > 0) {
    result.push({ ids: free, cyclic: false });
    const next: string[] = [];
    for (const id of free) {
      waiting.delete(id);
      for (const reader of readers.get(id) ?? []) {
        const needs = waiting.get(reader);
        if (needs?.delete(id) && needs.size === 0) next.push(reader);
      }
    }
    free = next;
  }
  for (const id of waiting.keys()) result.push({ ids: [id], cyclic: true });
  return result;
}

function relationIndex(schema: Schema): ReadonlyMap<string, TableColumns> {
  return new Map(Object.entries(schema).map(([name, columns]) => [name.toLowerCase(), tableOf(columns)]));
}

function tableOf(columns: Schema[string]): TableColumns {
  return Array.isArray(columns) ? { columns: columns as readonly string[] } : (columns as TableColumns);
}

/** Relations by the last part of their names, because SQL can read no relation whose name it does not hold. */
export class RelationWords {
  private readonly plain = new Map<string, [string, TableColumns][]>();
  /** Relations whose last part is more than one word (`order items`). */
  private readonly odd = new Map<string, [string, TableColumns][]>();

  constructor(schema: Schema) {
    for (const [name, columns] of Object.entries(schema)) {
      const last = name.split('.').pop()!.replace(/["`]/g, '').toLowerCase();
      const index = WORD.test(last) ? this.plain : this.odd;
      const entry: [string, TableColumns] = [name, tableOf(columns)];
      const known = index.get(last);
      if (known === undefined) index.set(last, [entry]);
      else known.push(entry);
    }
  }

  /** The relations that the SQL may name. */
  in(sql: string): [string, TableColumns][] {
    const text = sql.toLowerCase();
    const found = [...new Set(text.match(WORDS) ?? [])].flatMap((word) => this.plain.get(word) ?? []);
    for (const [last, tables] of this.odd) if (text.includes(last)) found.push(...tables);
    return found;
  }
}

const WORD = /^[\w$\u0080-\uffff]+$/;
const WORDS = /[\w$\u0080-\uffff]+/g;

/** What the model may read: relations of the catalog, and over them its upstream models' columns. */
function schemaFor(
  model: Model,
  byId: ReadonlyMap<string, Model>,
  known: ReadonlyMap<string, TableColumns | null>,
  catalog: RelationWords,
): Schema {
  const schema = new Map(
    catalog.in(model.sql).map(([name, columns]) => [name.toLowerCase(), [name, columns] as const]),
  );
  for (const id of model.dependsOn) {
    const relation = byId.get(id)?.relation;
    const columns = known.get(id);
    if (relation && columns) schema.set(relation.toLowerCase(), [relation, columns]);
  }
  return Object.fromEntries(schema.values());
}

function keyOf(sql: string, dialect: Dialect, schema: Schema): string {
  const hash = createHash('sha256').update(`${LINEAGE_ENGINE}\u0000${dialect}\u0000${sql}`);
  for (const name of Object.keys(schema).sort()) {
    const { columns, complete = true } = tableOf(schema[name]!);
    hash.update(`\u0000${name}\u0001${complete ? '' : '*'}${columns.join('\u0001')}`);
  }
  return `sha256:${hash.digest('hex')}`;
}

/**
 * The columns that readers of a model see. What its SQL gives counts before the catalog, which may be of an older build; the catalog
 * lends its spelling, and stands in where a star could not be expanded.
 */
function columnsOf(result: LineageResult, catalog: TableColumns | null): TableColumns | null {
  const last = result.ok ? result.statements[result.statements.length - 1] : undefined;
  if (last === undefined || last.columns.length === 0) return catalog;
  const names = last.columns.filter((column) => column.name !== '*').map((column) => column.name);
  if (!last.complete) return catalog ?? { columns: names, complete: false };
  const spelling = new Map((catalog?.columns ?? []).map((name) => [name.toLowerCase(), name]));
  return { columns: names.map((name) => spelling.get(name.toLowerCase()) ?? name) };
}

function withAdded(table: TableColumns | null, added: readonly string[] = []): TableColumns | null {
  if (table === null || added.length === 0) return table;
  const known = new Set(table.columns.map((name) => name.toLowerCase()));
  return { ...table, columns: [...table.columns, ...added.filter((name) => !known.has(name.toLowerCase()))] };
}
