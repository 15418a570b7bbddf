import type { Manifest, ManifestNode } from '../manifest.ts';

/** Where a manifest keeps what can be selected, in the order in which dbt looks through it. */
export const NODE_SECTIONS = [
  'nodes',
  'sources',
  'exposures',
  'metrics',
  'unit_tests',
  'semantic_models',
  'saved_queries',
  'functions',
] as const;

export type NodeSection = (typeof NODE_SECTIONS)[number];

/** What dbt's comparison tells apart: the resource types, and generic from singular tests. */
export type NodeKind =
  | 'model'
  | 'seed'
  | 'snapshot'
  | 'singular_test'
  | 'generic_test'
  | 'other_code'
  | 'function'
  | 'source'
  | 'exposure'
  | 'metric'
  | 'unit_test'
  | 'semantic_model'
  | 'saved_query';

const BY_SECTION: Partial<Record<NodeSection, NodeKind>> = {
  sources: 'source',
  exposures: 'exposure',
  metrics: 'metric',
  unit_tests: 'unit_test',
  semantic_models: 'semantic_model',
  saved_queries: 'saved_query',
  functions: 'function',
};

const BY_RESOURCE_TYPE: Readonly<Record<string, NodeKind>> = { model: 'model', seed: 'seed', snapshot: 'snapshot' };

/** The kind of a node that stands in the given section; analyses, hooks and operations are `other_code`. */
export function kindOf(node: ManifestNode, section: NodeSection): NodeKind {
  const kind = BY_SECTION[section];
  if (kind) return kind;
  if (node.resource_type === 'test') return isGenericTest(node) ? 'generic_test' : 'singular_test';
  return BY_RESOURCE_TYPE[node.resource_type] ?? 'other_code';
}

/** dbt tells a generic test from a singular one by the mere presence of `test_metadata`. */
export function isGenericTest(node: ManifestNode): boolean {
  return node['test_metadata'] !== undefined && node['test_metadata'] !== null;
}

/** Finds an enabled node of any kind; undefined when the manifest has none by that id. */
export function findNode(manifest: Manifest, id: string): { node: ManifestNode; section: NodeSection } | undefined {
  for (const section of NODE_SECTIONS) {
    const node = manifest[section]?.[id];
    if (node) return { node, section };
  }
  return undefined;
}
