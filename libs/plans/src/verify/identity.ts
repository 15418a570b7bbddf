import type { Manifest, ManifestNode } from '@headgate/dbt';

/*
 * What dbt compares of a node, read off the manifest once more. The code that builds plans has its own reading; this one
 * is written from dbt's rules (`same_contents` of dbt-core 1.11 and 1.12), so that a mistake there does not vouch for itself.
 */

type Json = unknown;
type Fields = Readonly<Record<string, Json>>;

const sections: readonly (readonly [keyof Manifest & string, string | null])[] = [
  ['nodes', null],
  ['sources', 'source'],
  ['exposures', 'exposure'],
  ['metrics', 'metric'],
  ['unit_tests', 'unit_test'],
  ['semantic_models', 'semantic_model'],
  ['saved_queries', 'saved_query'],
  ['functions', 'function'],
];

export interface Found {
  readonly node: ManifestNode;
  readonly kind: string;
}

/** A node and what dbt takes it for. */
export function find(manifest: Manifest, id: string): Found | undefined {
  for (const [section, kind] of sections) {
    const node = (manifest[section] as Readonly<Record<string, ManifestNode>>)[id];
    if (node) return { node, kind: kind ?? codeKind(node) };
  }
  return undefined;
}

export function allIds(manifest: Manifest): string[] {
  return sections.flatMap(([section]) => Object.keys(manifest[section] as object));
}

function codeKind(node: ManifestNode): string {
  if (node.resource_type === 'test') return (node['test_metadata'] ?? null) === null ? 'singular_test' : 'generic_test';
  return ['model', 'seed', 'snapshot'].includes(node.resource_type) ? node.resource_type : 'other_code';
}

/** Part name → its value, ready to be hashed. */
export function identity(manifest: Manifest, { node, kind }: Found): Fields {
  const set = fields(node['unrendered_config']);
  switch (kind) {
    case 'source':
      return source(manifest, node, set);
    case 'exposure':
      return { fqn: or(node.fqn), configs: set, definition: exposure(node) };
    case 'metric':
      return { configs: without(set, ['group']), definition: dropNulls(take(node, ['type', 'description', 'label'])) };
    case 'unit_test':
      return { definition: or(node.checksum) };
    case 'semantic_model':
      return {
        configs: dropNulls({ enabled: true, meta: {}, ...fields(node.config) }),
        definition: dropNulls(take(node, semanticKeys)),
      };
    case 'saved_query':
      return {
        configs: dropNulls({ enabled: true, meta: {}, cache: { enabled: false }, ...fields(node.config) }),
        definition: savedQuery(node),
      };
    case 'generic_test':
      return { configs: only(set, testKeys), fqn: or(node.fqn) };
    default:
      return code(node, kind, set);
  }
}

const testKeys = [
  'severity',
  'where',
  'limit',
  'fail_calc',
  'warn_if',
  'error_if',
  'store_failures',
  'store_failures_as',
  'sql_header',
];
const semanticKeys = [
  'model',
  'description',
  'defaults',
  'entities',
  'dimensions',
  'measures',
  'primary_entity',
  'group',
];

function code(node: ManifestNode, kind: string, set: Fields): Fields {
  const test = kind === 'singular_test';
  const { enforced, checksum } = fields(node['contract']);
  return {
    body: kind === 'seed' ? or(node.checksum) : or(node['raw_code'] ?? node['raw_sql']),
    configs: test ? only(set, testKeys) : without(set, ['alias', 'schema', 'database', 'tags', 'group']),
    relation: take(set, ['database', 'schema', 'alias']),
    persisted_descriptions: test ? { relation: null, columns: null } : persisted(node),
    contract: kind !== 'model' || { enforced: enforced === true, checksum: enforced === true ? or(checksum) : null },
    fqn: or(node.fqn),
    ...(kind === 'model' && {
      reference: {
        latest_version: or(node['latest_version']),
        access: node['access'] ?? 'protected',
        deprecation_date: or(node['deprecation_date']),
      },
    }),
    ...(kind === 'function' && { definition: signature(node) }),
  };
}

function persisted(node: ManifestNode): Fields {
  const persist = fields(fields(node.config)['persist_docs']);
  const columns = Object.entries(fields(node['columns'])).map(([name, column]) => [
    name,
    fields(column)['description'] ?? '',
  ]);
  return {
    relation: truthy(persist['relation']) ? (node['description'] ?? '') : null,
    columns: truthy(persist['columns']) ? Object.fromEntries(columns) : null,
  };
}

function signature(node: ManifestNode): Json {
  const overloads = list(node['overloads']).map((one) => ({
    ...take(one, ['defined_in', 'returns', 'raw_body']),
    arguments: one['arguments'] ?? [],
  }));
  return dropNulls({ arguments: node['arguments'] ?? [], returns: or(node['returns']), overloads });
}

function source(manifest: Manifest, node: ManifestNode, set: Fields): Fields {
  // 1.12 compares what was written, 1.11 what it became; a manifest without a readable version follows the newer.
  const [major, minor] = (/^(\d+)\.(\d+)/.exec(manifest.metadata.dbt_version ?? '') ?? []).slice(1).map(Number);
  const prefix = major === 1 && (minor as number) < 12 ? '' : 'unrendered_';
  return {
    relation: {
      database: or(node[`${prefix}database`]),
      schema: or(node[`${prefix}schema`]),
      identifier: or(node['identifier']),
    },
    configs: set,
    fqn: or(node.fqn),
    definition: dropNulls({
      quoting: fields(node['quoting']),
      ...take(node, ['freshness', 'loaded_at_field', 'external']),
    }),
  };
}

function exposure(node: ManifestNode): Fields {
  const told = dropNulls(take(node, ['type', 'owner', 'maturity', 'url', 'description', 'label'])) as Fields;
  return { ...told, upstream: [...new Set(node.depends_on?.nodes ?? [])].sort() };
}

function savedQuery(node: ManifestNode): Fields {
  const query = fields(node['query_params']);
  return {
    ...(dropNulls(take(node, ['description', 'label', 'group'])) as Fields),
    tags: node.tags ?? [],
    metrics: query['metrics'] ?? [],
    group_by: query['group_by'] ?? [],
    where: dropNulls(query['where'] ?? null),
    exports: list(node['exports']).map((one) => ({
      name: or(one['name']),
      ...take(fields(one['unrendered_config']), ['export_as', 'schema', 'alias']),
    })),
  };
}

/**
 * The macros that a node itself names. After a run dbt adds to tests and functions what it ran them with, out of its own
 * packages; a parse of the same project does not have them, so they say nothing about the node.
 */
export function calledBy({ metadata }: Manifest, node: ManifestNode): readonly string[] {
  const named = node.depends_on?.macros ?? [];
  if (!['test', 'function'].includes(node.resource_type)) return named;
  const ofDbt = ['macro.dbt.', `macro.dbt_${metadata.adapter_type}.`];
  return named.filter((id) => !ofDbt.some((start) => id?.startsWith(start) && !id.startsWith(`${start}test_`)));
}

function or(value: Json): Json {
  return value === undefined ? null : value;
}

function fields(value: Json): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function list(value: Json): readonly Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}

function take(from: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.map((key) => [key, or(from[key])]));
}

function only(from: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

function without(from: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)));
}

/** A field that an older engine does not write and one that a newer writes as null are the same, but inside `meta`. */
function dropNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(dropNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, key === 'meta' ? inner : dropNulls(inner)]));
}

function truthy(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  return Object.keys(value).length > 0;
}
