import type { Catalog, CatalogTable, Manifest, ManifestNode, NodeMap } from '@headgate/dbt';
import { type Dialect, dialectOf, type Model, type ProjectInput, type TableColumns } from '@headgate/lineage';

/** What lineage is computed from; `unread` are the nodes that have no SQL we could read, and why. */
export interface LineageInputs extends Pick<ProjectInput, 'models' | 'catalog'> {
  /** dbt's adapter. */
  readonly platform: string | null;
  readonly dialect: Dialect | null;
  readonly unread: ReadonlyMap<string, string>;
  /** Columns of sources and seeds, as far as known. */
  readonly relations: ReadonlyMap<string, TableColumns>;
  /** Name of a relation, in lower case → the node that it is. */
  readonly nodes: ReadonlyMap<string, string>;
}

const withSql = new Set(['model', 'snapshot']);
/** What dbt adds to a snapshot's table. */
const snapshotColumns = ['dbt_scd_id', 'dbt_updated_at', 'dbt_valid_from', 'dbt_valid_to', 'dbt_is_deleted'];

/** What lineage needs of a node. */
interface Part {
  readonly id: string;
  readonly relation: string | null;
  readonly isEphemeral: boolean;
  readonly dependsOn: readonly string[];
  /** As documented; of what has SQL of its own, the SQL tells them. */
  readonly columns: readonly string[];
  /** Of models and snapshots: their compiled SQL, or why there is none to be read. */
  readonly sql: string | { readonly why: string } | undefined;
  readonly added: readonly string[] | undefined;
}

const withRelation = new Set(['model', 'snapshot', 'seed', 'source']);

/** Gathers what lineage is computed from out of nodes that come one by one, so that a manifest need never be in memory. */
export class LineageGathering {
  private readonly nodes = new Map<string, Part>();
  private readonly sources = new Map<string, Part>();

  /** `map` is the manifest's map that the node stands in. The node is not kept. */
  add(node: ManifestNode, map: NodeMap): void {
    if (map !== 'nodes' && map !== 'sources') return;
    const id = node.unique_id;
    if (withRelation.has(node.resource_type) && node.config?.['enabled'] !== false) this[map].set(id, partOf(node));
    else this[map].delete(id);
  }

  /** Models and snapshots with their compiled SQL, and the columns of all that they may read. */
  inputs({ adapter_type: adapter }: Manifest['metadata'], catalog: Catalog | undefined): LineageInputs {
    const all = [...this.nodes.values(), ...this.sources.values()];
    const byId = new Map(all.map((part) => [part.id, part]));
    const models: Model[] = [];
    const unread = new Map<string, string>();
    const tables: Record<string, TableColumns> = {};
    const relations = new Map<string, TableColumns>();
    const nodes = new Map<string, string>();
    for (const part of all) {
      const { id, relation, sql } = part;
      const columns = columnsOf(part, catalog?.nodes[id] ?? catalog?.sources[id]);
      if (relation) nodes.set(relation.toLowerCase(), id);
      if (relation && columns) tables[relation] = columns;
      if (sql === undefined) {
        if (relation && columns) relations.set(id, columns);
      } else if (typeof sql === 'string') models.push(modelOf(part, sql, byId));
      else unread.set(id, sql.why);
    }
    const platform = adapter ?? null;
    return { platform, dialect: dialectOf(platform ?? ''), models, catalog: tables, unread, relations, nodes };
  }
}

function partOf(node: ManifestNode): Part {
  const hasSql = withSql.has(node.resource_type);
  return {
    id: node.unique_id,
    relation: relationOf(node),
    isEphemeral: isEphemeral(node),
    dependsOn: node.depends_on?.nodes ?? [],
    columns: hasSql ? [] : documented(node),
    sql: hasSql ? sqlOf(node) : undefined,
    added: node.resource_type === 'snapshot' ? addedTo(node) : undefined,
  };
}

function sqlOf(node: ManifestNode): string | { why: string } {
  if (node['language'] === 'python') return { why: 'written in Python' };
  const sql = node['compiled_code'] ?? node['compiled_sql'];
  return typeof sql === 'string' && sql.trim() !== '' ? sql : { why: 'no compiled SQL in the manifest' };
}

function modelOf(part: Part, sql: string, byId: ReadonlyMap<string, Part>): Model {
  const { id, relation, added } = part;
  return { id, relation, sql, dependsOn: [...readBy(part, byId)], ...(added && { added }) };
}

function addedTo(node: ManifestNode): string[] {
  const renamed = node.config?.['snapshot_meta_column_names'];
  const names = typeof renamed === 'object' && renamed !== null ? (renamed as Record<string, unknown>) : {};
  return snapshotColumns.map((name) => (typeof names[name] === 'string' ? names[name] : name));
}

/** dbt writes an ephemeral model into the SQL of its readers, so what it reads, they read. */
function readBy(part: Part, byId: ReadonlyMap<string, Part>, found = new Set<string>()): ReadonlySet<string> {
  for (const id of part.dependsOn) {
    if (found.has(id)) continue;
    found.add(id);
    const parent = byId.get(id);
    if (parent?.isEphemeral) readBy(parent, byId, found);
  }
  return found;
}

const isEphemeral = (node: ManifestNode): boolean => node.config?.['materialized'] === 'ephemeral';

function relationOf(node: ManifestNode): string | null {
  if (isEphemeral(node)) return null;
  const parts = [node['database'], node['schema'], node['identifier'] ?? node['alias'] ?? node.name];
  return parts.filter((part) => typeof part === 'string' && part !== '').join('.');
}

const documented = (node: ManifestNode): string[] =>
  Object.values((node['columns'] ?? {}) as Record<string, { name?: unknown }>).flatMap(({ name }) =>
    typeof name === 'string' ? [name] : [],
  );

/** As the warehouse has them; else, of what has no SQL of its own, as documented: those at least. */
function columnsOf({ columns }: Part, table: CatalogTable | undefined): TableColumns | undefined {
  if (table && Object.keys(table.columns).length > 0) {
    const there = Object.values(table.columns).sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
    return { columns: there.map(({ name }) => name) };
  }
  return columns.length > 0 ? { columns, complete: false } : undefined;
}
