import type { Manifest, ManifestMacro, ManifestNode } from '../manifest.ts';
import { type Claim, claimedVersion } from './claimed.ts';
import { emptyMap } from './raw.ts';
import { type ArtifactWarning, at, isObject, kindOf, RefusedError } from './refusal.ts';

/** Map of the manifest → the resource type its members have when they do not say it themselves. */
export const nodeMaps = {
  nodes: null,
  sources: 'source',
  exposures: 'exposure',
  metrics: 'metric',
  groups: 'group',
  semantic_models: 'semantic_model',
  saved_queries: 'saved_query',
  unit_tests: 'unit_test',
  functions: 'function',
} as const;

/** Fields that readers rely on. null counts as absent in all of them: dbt has written both. */
type FieldKind = 'object' | 'strings' | 'objects';

const fields: Readonly<Record<string, FieldKind>> = {
  config: 'object',
  columns: 'object',
  tags: 'strings',
  fqn: 'strings',
  exports: 'objects',
  overloads: 'objects',
};

/** The maps of a manifest whose members are nodes. */
export type NodeMap = keyof typeof nodeMaps;

/** Turns a file's top level into a Manifest, in place. */
export function normaliseManifest(top: Record<string, unknown>, claim: Claim, warnings: ArtifactWarning[]): Manifest {
  for (const [key, type] of Object.entries(nodeMaps)) {
    const map = asMap(top, key);
    for (const id in map) map[id] = normaliseNode(map[id], id, type, at(`$.${key}`, id), warnings);
  }
  const macros = asMap(top, 'macros');
  for (const id in macros) macros[id] = normaliseMacro(macros[id], id, at('$.macros', id));
  top['disabled'] = disabled(top['disabled'], warnings);
  top['selectors'] = asMap(top, 'selectors');
  for (const key of ['parent_map', 'child_map']) if (top[key] === null) delete top[key];
  const manifest = top as unknown as Manifest;
  if (hasOldCode(manifest)) warnOfVersion(claim, warnings);
  return manifest;
}

function asMap(top: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = top[key];
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0))
    return (top[key] = emptyMap());
  if (!isObject(value))
    throw new RefusedError('wrong_shape', `$.${key}`, `an object is needed here, not ${kindOf(value)}`);
  return value;
}

export function normaliseNode(
  value: unknown,
  id: string,
  type: string | null,
  path: string,
  warnings: ArtifactWarning[],
): ManifestNode {
  if (!isObject(value)) throw new RefusedError('wrong_shape', path, `an object is needed here, not ${kindOf(value)}`);
  if (value['unique_id'] !== id) {
    if (value['unique_id'] !== undefined)
      warnings.push({
        code: 'id_differs',
        path: `${path}.unique_id`,
        message: 'differs from its key; the key is used',
      });
    value['unique_id'] = id;
  }
  value['resource_type'] = named(value['resource_type'] ?? type ?? id.split('.')[0], path, 'resource_type');
  value['name'] = named(value['name'] ?? id.split('.').at(-1), path, 'name');
  value['package_name'] = named(value['package_name'] ?? id.split('.')[1] ?? '', path, 'package_name');
  for (const [field, kind] of Object.entries(fields)) checkField(value, field, kind, path);
  value['depends_on'] = dependsOn(value['depends_on'], path);
  if (value['depends_on'] === undefined) delete value['depends_on'];
  return value as unknown as ManifestNode;
}

export function normaliseMacro(value: unknown, id: string, path: string): ManifestMacro {
  if (!isObject(value)) throw new RefusedError('wrong_shape', path, `an object is needed here, not ${kindOf(value)}`);
  value['unique_id'] = id;
  value['name'] = named(value['name'] ?? id.split('.').at(-1), path, 'name');
  value['package_name'] = named(value['package_name'] ?? id.split('.')[1] ?? '', path, 'package_name');
  value['macro_sql'] = named(value['macro_sql'] ?? '', path, 'macro_sql');
  value['depends_on'] = dependsOn(value['depends_on'], path);
  if (value['depends_on'] === undefined) delete value['depends_on'];
  return value as unknown as ManifestMacro;
}

function named(value: unknown, owner: string, key: string): string {
  if (typeof value !== 'string')
    throw new RefusedError('wrong_shape', at(owner, key), `a string is needed here, not ${kindOf(value)}`);
  return value;
}

function checkField(owner: Record<string, unknown>, field: string, kind: FieldKind, path: string): void {
  const value = owner[field];
  if (value === undefined) return;
  if (value === null) delete owner[field];
  else if (kind === 'object') {
    if (!isObject(value))
      throw new RefusedError('wrong_shape', at(path, field), `an object is needed here, not ${kindOf(value)}`);
  } else if (kind === 'objects') objects(value, at(path, field));
  else if (typeof value === 'string') owner[field] = [value];
  else strings(value, at(path, field));
}

function objects(value: unknown, path: string): void {
  if (!Array.isArray(value)) throw new RefusedError('wrong_shape', path, `a list is needed here, not ${kindOf(value)}`);
  value.forEach((item, i) => {
    if (!isObject(item))
      throw new RefusedError('wrong_shape', at(path, i), `an object is needed here, not ${kindOf(item)}`);
  });
}

function strings(value: unknown, path: string): void {
  if (!Array.isArray(value))
    throw new RefusedError('wrong_shape', path, `a list of strings is needed here, not ${kindOf(value)}`);
  value.forEach((item, i) => {
    if (typeof item !== 'string')
      throw new RefusedError('wrong_shape', at(path, i), `a string is needed here, not ${kindOf(item)}`);
  });
}

function dependsOn(value: unknown, owner: string): Record<string, unknown> | undefined {
  if (value === undefined || value === null) return undefined;
  const path = at(owner, 'depends_on');
  if (!isObject(value)) throw new RefusedError('wrong_shape', path, `an object is needed here, not ${kindOf(value)}`);
  for (const key of ['nodes', 'macros']) {
    if (value[key] === null) delete value[key];
    else if (value[key] !== undefined) {
      // dbt writes null for a macro that was removed while something still calls it.
      if (Array.isArray(value[key])) value[key] = value[key].filter((item: unknown) => item !== null);
      strings(value[key], at(path, key));
    }
  }
  return value;
}

/** A list up to v3, a map id → list from v4. One id may hold several entries, and be enabled elsewhere too. */
function disabled(value: unknown, warnings: ArtifactWarning[]): Record<string, ManifestNode[]> {
  const all = emptyMap<ManifestNode[]>();
  const take = (entry: unknown, path: string, key?: string): void => {
    const id = key ?? (isObject(entry) ? entry['unique_id'] : undefined);
    if (typeof id !== 'string' || id === '__proto__')
      throw new RefusedError('wrong_shape', path, 'a disabled node needs a unique_id');
    (all[id] ??= []).push(normaliseNode(entry, id, null, path, warnings));
  };
  if (value === undefined || value === null) return all;
  if (Array.isArray(value)) value.forEach((entry, i) => take(entry, at('$.disabled', i)));
  else if (isObject(value)) {
    for (const [id, entries] of Object.entries(value)) {
      const path = at('$.disabled', id);
      if (Array.isArray(entries)) entries.forEach((entry, i) => take(entry, at(path, i), id));
      else take(entries, path, id);
    }
  } else
    throw new RefusedError('wrong_shape', '$.disabled', `a list or an object is needed here, not ${kindOf(value)}`);
  return all;
}

function hasOldCode(manifest: Manifest): boolean {
  for (const id in manifest.nodes) if ('raw_sql' in (manifest.nodes[id] as object)) return true;
  return false;
}

/** Some published files claim v12 and are written like v6. They are read as what they are, and said to be so. */
export function warnOfVersion(claim: Claim, warnings: ArtifactWarning[]): void {
  const version = claimedVersion(claim);
  if (version === null || version < 7) return;
  const message = `the file claims ${claim.schemaVersion}, but its nodes are written as before v7 (raw_sql); read by shape`;
  warnings.push({ code: 'version_differs', path: '$.metadata.dbt_schema_version', message });
}
