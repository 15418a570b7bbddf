import { at, isObject, kindOf, RefusedError } from './refusal.ts';
import { emptyMap } from './raw.ts';

export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly index?: number;
  readonly comment?: string | null;
}

export interface CatalogTable {
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Names as the warehouse stores them: Snowflake's are upper case where the manifest's are lower. */
  readonly columns: Readonly<Record<string, CatalogColumn>>;
  readonly stats: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** What the warehouse had. An absent relation is unknown, not dropped: real catalogs are partial. */
export interface Catalog {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nodes: Readonly<Record<string, CatalogTable>>;
  readonly sources: Readonly<Record<string, CatalogTable>>;
  readonly errors: readonly string[] | null;
  readonly [key: string]: unknown;
}

export function normaliseCatalog(top: Record<string, unknown>): Catalog {
  for (const key of ['nodes', 'sources']) {
    const map = (top[key] ??= emptyMap());
    if (!isObject(map))
      throw new RefusedError('wrong_shape', `$.${key}`, `an object is needed here, not ${kindOf(map)}`);
    for (const id in map) map[id] = table(map[id], at(`$.${key}`, id));
  }
  if (top['errors'] === undefined) top['errors'] = null;
  return top as unknown as Catalog;
}

function table(value: unknown, path: string): CatalogTable {
  if (!isObject(value)) throw new RefusedError('wrong_shape', path, `an object is needed here, not ${kindOf(value)}`);
  value['metadata'] ??= {};
  value['stats'] ??= {};
  value['columns'] ??= {};
  for (const key of ['metadata', 'stats', 'columns']) {
    if (!isObject(value[key]))
      throw new RefusedError('wrong_shape', at(path, key), `an object is needed here, not ${kindOf(value[key])}`);
  }
  const columns = value['columns'] as Record<string, unknown>;
  for (const name in columns) columns[name] = column(columns[name], name, at(at(path, 'columns'), name));
  return value as unknown as CatalogTable;
}

function column(value: unknown, name: string, path: string): CatalogColumn {
  if (!isObject(value)) throw new RefusedError('wrong_shape', path, `an object is needed here, not ${kindOf(value)}`);
  value['name'] ??= name;
  value['type'] ??= '';
  if (typeof value['name'] !== 'string' || typeof value['type'] !== 'string')
    throw new RefusedError('wrong_shape', path, 'a column needs a name and a type, both strings');
  return value as unknown as CatalogColumn;
}
