import type { CatalogTable, ManifestNode } from '@headgate/dbt';
import type { GraphColumn } from './logical-graph.ts';

/**
 * A node's columns: what the warehouse has (order and type) joined with what is documented. Warehouses fold case
 * differently from what people write, so names meet exactly first and then without case; the warehouse's spelling wins.
 */
export function joinedColumns(documented: readonly GraphColumn[], table: CatalogTable): GraphColumn[] {
  const found = Object.values(table.columns).sort(
    (a, b) => (a.index ?? 0) - (b.index ?? 0) || (a.name < b.name ? -1 : 1),
  );
  const exact = new Map(documented.map((column) => [column.name, column]));
  const folded = new Map(documented.map((column) => [column.name.toLowerCase(), column]));
  const used = new Set<GraphColumn>();
  const columns = found.map((column): GraphColumn => {
    const words = exact.get(column.name) ?? folded.get(column.name.toLowerCase());
    if (words) used.add(words);
    return { ...words, name: column.name, ...(column.type !== '' && { type: column.type }) };
  });
  const absent = documented
    .filter((column) => !used.has(column))
    .map((column): GraphColumn => ({ ...column, absent: true }));
  return [...columns, ...absent];
}

/** In the order in which they are documented. */
export function documentedColumns(node: ManifestNode): GraphColumn[] {
  const map = node['columns'];
  if (typeof map !== 'object' || map === null) return [];
  return Object.entries(map as Record<string, unknown>).map(([key, value]): GraphColumn => {
    const column = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    const tags = Array.isArray(column['tags'])
      ? column['tags'].filter((tag): tag is string => typeof tag === 'string')
      : [];
    const { name, description, data_type: type } = column;
    // Keys in the order of canonical JSON, so that nobody need sort them again.
    return {
      description: typeof description === 'string' && description !== '' ? description : undefined,
      name: typeof name === 'string' ? name : key,
      tags: tags.length > 0 ? tags : undefined,
      type: typeof type === 'string' ? type : undefined,
    };
  });
}
