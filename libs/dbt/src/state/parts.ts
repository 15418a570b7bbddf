import type { Manifest, ManifestNode } from '../manifest.ts';
import { engineOf } from './engine.ts';
import { isTruthy, json, record, withoutNulls, type JsonValue } from './json.ts';
import { findNode, kindOf, type NodeKind, type NodeSection } from './kinds.ts';
import { macroClosure, type MacroEntry } from './macros.ts';

/** The aspects of a node that dbt's state comparison looks at, one by one. */
export const PART_NAMES = [
  'body',
  'configs',
  'relation',
  'persisted_descriptions',
  'contract',
  'fqn',
  'reference',
  'definition',
] as const;

export type PartName = (typeof PART_NAMES)[number];

/**
 * A node's identity as dbt's state comparison sees it, in a form that can be hashed: two nodes of one kind whose
 * `modifiedParts(kind)` and `macros` are equal as canonical JSON are unmodified to dbt. The converse holds too, but for
 * three things that dbt decides pairwise and `compareNodes` knows: a boolean equals the number it stands for, a seed
 * without a checksum is never equal to itself, and a macro that merely ceased to be reached is no change. Macros of
 * dbt's own packages are left out for tests and functions: dbt names them only in the manifest of a run.
 */
export interface NodeParts {
  readonly kind: NodeKind;
  /**
   * body: the raw code, or a seed's `{name, checksum}` ·
   * configs: what was configured, unrendered, less the keys that dbt ignores ·
   * relation: configured (not resolved) database, schema and alias; a source's database, schema, identifier ·
   * persisted_descriptions: the descriptions that `persist_docs` writes to the warehouse, null where it does not ·
   * contract: `{enforced, checksum}` of a model; true of other code, which has none ·
   * fqn: the dotted path · reference: what other models see of a model: latest version, access, deprecation date ·
   * definition: everything else that a kind compares.
   * A part is absent where dbt has no such comparison for the kind.
   */
  readonly parts: Readonly<Partial<Record<PartName, JsonValue>>>;
  /** Every macro that the node reaches, with the hash of its SQL, sorted by id. */
  readonly macros: readonly MacroEntry[];
}

/** Switches of dbt_project.yml that change what is compared; a manifest does not carry them. */
export interface ComparisonFlags {
  /** `state_modified_compare_more_unrendered_values`: by default on in 1.12, off in 1.11. */
  readonly compareUnrendered?: boolean;
}

const CODE: readonly PartName[] = ['body', 'configs', 'relation', 'persisted_descriptions', 'contract', 'fqn'];

const MODIFIED: Readonly<Record<NodeKind, readonly PartName[]>> = {
  model: [...CODE, 'reference'],
  seed: CODE,
  snapshot: CODE,
  singular_test: CODE,
  generic_test: ['configs', 'fqn'],
  other_code: CODE,
  function: [...CODE, 'definition'],
  source: ['relation', 'fqn', 'configs', 'definition'],
  exposure: ['fqn', 'configs', 'definition'],
  metric: ['configs', 'definition'],
  unit_test: ['definition'],
  semantic_model: ['configs', 'definition'],
  saved_query: ['configs', 'definition'],
};

/** The parts that `state:modified` compares for a kind; macros come on top. A generic test's body is not among them. */
export function modifiedParts(kind: NodeKind): readonly PartName[] {
  return MODIFIED[kind];
}

/**
 * The parts of an enabled node's identity; undefined when the manifest has no such node.
 * Source: `same_*` of dbt-core's `contracts/graph/nodes.py`, 1.11.16 and 1.12.6.
 */
export function nodeParts(manifest: Manifest, id: string, flags: ComparisonFlags = {}): NodeParts | undefined {
  const found = findNode(manifest, id);
  if (!found) return undefined;
  const { node, section } = found;
  const unrendered = flags.compareUnrendered ?? engineOf(manifest).semantics === '1.12';
  const kind = kindOf(node, section);
  return { kind, parts: partsOf(node, section, unrendered), macros: macroClosure(manifest, node) };
}

/** The parts alone, without the walk over macros. */
export function partsOf(node: ManifestNode, section: NodeSection, unrendered: boolean): NodeParts['parts'] {
  const kind = kindOf(node, section);
  switch (kind) {
    case 'source':
      return sourceParts(node, unrendered);
    case 'exposure':
    case 'metric':
    case 'unit_test':
    case 'semantic_model':
    case 'saved_query':
      return { fqn: json(node.fqn), ...definitionParts(node, kind) };
    default:
      return codeParts(node, kind);
  }
}

const NOT_COMPARED = new Set(['alias', 'schema', 'database', 'tags', 'group']);
const TEST_CONFIGS = new Set([
  'severity',
  'where',
  'limit',
  'fail_calc',
  'warn_if',
  'error_if',
  'store_failures',
  'store_failures_as',
  'sql_header',
]);

function configuredKeys(node: ManifestNode, compared: (key: string) => boolean): JsonValue {
  return Object.fromEntries(Object.entries(record(node['unrendered_config'])).filter(([key]) => compared(key)));
}

function codeParts(node: ManifestNode, kind: NodeKind): NodeParts['parts'] {
  const isTest = kind === 'singular_test' || kind === 'generic_test';
  const configured = record(node['unrendered_config']);
  return {
    body: kind === 'seed' ? json(node.checksum) : json(node['raw_code'] ?? node['raw_sql']),
    configs: configuredKeys(node, (key) => (isTest ? TEST_CONFIGS.has(key) : !NOT_COMPARED.has(key))),
    relation: {
      database: json(configured['database']),
      schema: json(configured['schema']),
      alias: json(configured['alias']),
    },
    persisted_descriptions: persistedDescriptions(node, isTest),
    contract: kind === 'model' ? contractPart(node) : true,
    fqn: json(node.fqn),
    ...(kind === 'model' && { reference: referencePart(node) }),
    ...(kind === 'function' && { definition: functionDefinition(node) }),
  };
}

/** Which descriptions `persist_docs` of this node writes. */
export function persistedKinds(node: ManifestNode): { relation: boolean; columns: boolean } {
  const persist = record(record(node.config)['persist_docs']);
  return { relation: isTruthy(persist['relation']), columns: isTruthy(persist['columns']) };
}

/** The descriptions of a node and its columns, whether persisted or not. */
export function descriptions(node: ManifestNode): { relation: JsonValue; columns: JsonValue } {
  const columns = Object.entries(record(node['columns'])).map(([name, column]) => [
    name,
    record(column)['description'] ?? '',
  ]);
  return { relation: json(node['description'] ?? ''), columns: Object.fromEntries(columns) };
}

function persistedDescriptions(node: ManifestNode, isTest: boolean): JsonValue {
  const persisted = isTest ? { relation: false, columns: false } : persistedKinds(node);
  const { relation, columns } = descriptions(node);
  return { relation: persisted.relation ? relation : null, columns: persisted.columns ? columns : null };
}

function contractPart(node: ManifestNode): JsonValue {
  const contract = record(node['contract']);
  const enforced = contract['enforced'] === true;
  return { enforced, checksum: enforced ? (contract['checksum'] ?? null) : null };
}

function referencePart(node: ManifestNode): JsonValue {
  return {
    latest_version: json(node['latest_version']),
    access: json(node['access'] ?? 'protected'),
    deprecation_date: json(node['deprecation_date']),
  };
}

function functionDefinition(node: ManifestNode): JsonValue {
  const overloads = (node['overloads'] ?? []) as Record<string, JsonValue>[];
  return withoutNulls({
    arguments: json(node['arguments'] ?? []),
    returns: json(node['returns']),
    // descriptions of an overload do not reach its SQL, so dbt leaves them out here, and only here
    overloads: overloads.map((o) => ({
      defined_in: o['defined_in'] ?? null,
      arguments: o['arguments'] ?? [],
      returns: o['returns'] ?? null,
      raw_body: o['raw_body'] ?? null,
    })),
  });
}

function sourceParts(node: ManifestNode, unrendered: boolean): NodeParts['parts'] {
  const prefix = unrendered ? 'unrendered_' : '';
  return {
    relation: {
      database: json(node[`${prefix}database`]),
      schema: json(node[`${prefix}schema`]),
      identifier: json(node['identifier']),
    },
    configs: configuredKeys(node, () => true),
    fqn: json(node.fqn),
    definition: withoutNulls({
      quoting: record(node['quoting']),
      freshness: json(node['freshness']),
      loaded_at_field: json(node['loaded_at_field']),
      external: json(node['external']),
    }),
  };
}

function definitionParts(node: ManifestNode, kind: NodeKind): NodeParts['parts'] {
  switch (kind) {
    case 'exposure':
      return { configs: configuredKeys(node, () => true), definition: exposureDefinition(node) };
    case 'metric':
      return {
        configs: configuredKeys(node, (key) => key !== 'group'),
        definition: pick(node, ['type', 'description', 'label']),
      };
    case 'semantic_model':
      return {
        configs: resolvedConfig(node, { enabled: true, meta: {} }),
        definition: pick(node, SEMANTIC_MODEL_KEYS),
      };
    case 'saved_query':
      return {
        configs: resolvedConfig(node, { enabled: true, meta: {}, cache: { enabled: false } }),
        definition: savedQueryDefinition(node),
      };
    default:
      // a unit test: its checksum covers model, versions, inputs, expectation and overrides, not its description
      return { definition: json(node.checksum) };
  }
}

const SEMANTIC_MODEL_KEYS = [
  'model',
  'description',
  'defaults',
  'entities',
  'dimensions',
  'measures',
  'primary_entity',
  'group',
];

function pick(node: ManifestNode, keys: readonly string[]): JsonValue {
  return withoutNulls(Object.fromEntries(keys.map((key) => [key, json(node[key])])));
}

function resolvedConfig(node: ManifestNode, defaults: Record<string, JsonValue>): JsonValue {
  return withoutNulls({ ...defaults, ...record(node.config) });
}

function exposureDefinition(node: ManifestNode): JsonValue {
  const upstream = [...new Set(node.depends_on?.nodes ?? [])].sort();
  const told = pick(node, ['type', 'owner', 'maturity', 'url', 'description', 'label']);
  return { ...record(told), upstream };
}

function savedQueryDefinition(node: ManifestNode): JsonValue {
  const query = record(node['query_params']);
  const exports = (node['exports'] ?? []) as Record<string, JsonValue>[];
  const told = record(pick(node, ['description', 'label', 'group']));
  return {
    ...told,
    tags: json(node.tags ?? []),
    metrics: query['metrics'] ?? [],
    group_by: query['group_by'] ?? [],
    where: withoutNulls(query['where'] ?? null),
    exports: exports.map((e) => {
      const configured = record(e['unrendered_config']);
      const keys = ['export_as', 'schema', 'alias'].map((key) => [key, configured[key] ?? null]);
      return { name: e['name'] ?? null, ...Object.fromEntries(keys) };
    }),
  };
}
