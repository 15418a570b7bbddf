import type { Catalog, CatalogTable, Manifest, ManifestNode } from '@headgate/dbt';
import { type Dialect, dialectOf, type Model, type ProjectInput, type TableColumns } from '@headgate/lineage';

/** What lineage is computed from; `unread` are the nodes that have no SQL we could read, and why. */
export interface LineageInputs extends Pick<ProjectInput, 'models' | 'catalog'> {
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

/** Models and snapshots of a manifest with their compiled SQL, and the columns of all that they may read. Pure. */
export function lineageInputs(manifest: Manifest, catalog: Catalog | undefined): LineageInputs {
  const all = [...Object.values(manifest.nodes), ...Object.values(manifest.sources)].filter(
    ({ config }) => config?.['enabled'] !== false,
  );
  const byId = new Map(all.map((node) => [node.unique_id, node]));
  const models: Model[] = [];
  const unread = new Map<string, string>();
  const tables: Record<string, TableColumns> = {};
  const relations = new Map<string, TableColumns>();
  const nodes = new Map<string, string>();
  for (const node of all) {
    const relation = relationOf(node);
    const columns = columnsOf(node, catalog?.nodes[node.unique_id] ?? catalog?.sources[node.unique_id]);
    if (relation) nodes.set(relation.toLowerCase(), node.unique_id);
    if (relation && columns) tables[relation] = columns;
    if (!withSql.has(node.resource_type)) {
      if (relation && columns) relations.set(node.unique_id, columns);
      continue;
    }
    const sql = sqlOf(node);
    if (typeof sql !== 'string') unread.set(node.unique_id, sql.why);
    else models.push(modelOf(node, relation, sql, byId));
  }
  return {
    dialect: dialectOf(manifest.metadata.adapter_type ?? ''),
    models,
    catalog: tables,
    unread,
    relations,
    nodes,
  };
}

function sqlOf(node: ManifestNode): string | { why: string } {
  if (node['language'] === 'python') return { why: 'written in Python' };
  const sql = node['compiled_code'] ?? node['compiled_sql'];
  return typeof sql === 'string' && sql.trim() !== '' ? sql : { why: 'no compiled SQL in the manifest' };
}

function modelOf(
  node: ManifestNode,
  relation: string | null,
  sql: string,
  byId: ReadonlyMap<string, ManifestNode>,
): Model {
  return {
    id: node.unique_id,
    relation,
    sql,
    dependsOn: [...readBy(node, byId)],
    ...(node.resource_type === 'snapshot' && { added: addedTo(node) }),
  };
}

function addedTo(node: ManifestNode): string[] {
  const renamed = node.config?.['snapshot_meta_column_names'];
  const names = typeof renamed === 'object' && renamed !== null ? (renamed as Record<string, unknown>) : {};
  return snapshotColumns.map((name) => (typeof names[name] === 'string' ? names[name] : name));
}

/** dbt writes an ephemeral model into the SQL of its readers, so what it reads, they read. */
function readBy(
  node: ManifestNode,
  byId: ReadonlyMap<string, ManifestNode>,
  found = new Set<string>(),
): ReadonlySet<string> {
  for (const id of node.depends_on?.nodes ?? []) {
    if (found.has(id)) continue;
    found.add(id);
    const parent = byId.get(id);
    if (parent && isEphemeral(parent)) readBy(parent, byId, found);
  }
  return found;
}

const isEphemeral = (node: ManifestNode): boolean => node.config?.['materialized'] === 'ephemeral';

const withRelation = new Set(['model', 'snapshot', 'seed', 'source']);

function relationOf(node: ManifestNode): string | null {
  if (!withRelation.has(node.resource_type) || isEphemeral(node)) return null;
  const parts = [node['database'], node['schema'], node['identifier'] ?? node['alias'] ?? node.name];
  return parts.filter((part) => typeof part === 'string' && part !== '').join('.');
}

/** As the warehouse has them; else, of what has no SQL of its own, as documented: those at least. */
function columnsOf(node: ManifestNode, table: CatalogTable | undefined): TableColumns | undefined {
  if (table && Object.keys(table.columns).length > 0) {
    const columns = Object.values(table.columns).sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
    return { columns: columns.map(({ name }) => name) };
  }
  if (withSql.has(node.resource_type)) return undefined;
  const documented = Object.values((node['columns'] ?? {}) as Record<string, { name?: unknown }>);
  const columns = documented.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  return columns.length > 0 ? { columns, complete: false } : undefined;
}
