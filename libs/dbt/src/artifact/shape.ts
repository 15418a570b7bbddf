import { type ArtifactKind, type Claim, claimedKind } from './claimed.ts';
import { isObject, RefusedError } from './refusal.ts';

const manifestOnly = [
  'macros',
  'docs',
  'parent_map',
  'child_map',
  'disabled',
  'exposures',
  'metrics',
  'selectors',
  'semantic_models',
  'unit_tests',
];

/** Which artifact this is, by its shape. The claimed version breaks a tie (empty files) and nothing else. */
export function shapeOf(top: Readonly<Record<string, unknown>>, claim: Claim): ArtifactKind {
  if (Array.isArray(top['results'])) return resultsShape(top, top['results'], claim);
  if (isObject(top['nodes'])) return nodesShape(top, top['nodes'], claim);
  const claimed = claimedKind(claim);
  const wanted = claimed === 'run_results' || claimed === 'sources' ? 'results' : 'nodes';
  if (claimed !== null && top[wanted] !== undefined) {
    throw new RefusedError(
      'wrong_shape',
      `$.${wanted}`,
      `a ${claimed} file needs ${wanted === 'results' ? 'a list' : 'an object'} here`,
    );
  }
  const what = 'neither an object "nodes" nor a list "results"';
  throw new RefusedError(
    'not_an_artifact',
    '$',
    `no dbt artifact: the file has ${what}${claimed ? `, though it claims to be ${claim.schemaVersion}` : ''}`,
  );
}

function nodesShape(
  top: Readonly<Record<string, unknown>>,
  nodes: Record<string, unknown>,
  claim: Claim,
): ArtifactKind {
  const first = firstObject(nodes) ?? firstObject(top['sources']);
  if (first) {
    if ('resource_type' in first) return 'manifest';
    if ('columns' in first && isObject(first['metadata'])) return 'catalog';
  }
  if (manifestOnly.some((key) => key in top)) return 'manifest';
  const claimed = claimedKind(claim);
  if (claimed === 'manifest' || claimed === 'catalog') return claimed;
  if ('errors' in top) return 'catalog';
  throw new RefusedError(
    'not_an_artifact',
    '$.nodes',
    'there is a "nodes" object, but nothing tells whether this is a manifest or a catalog',
  );
}

function resultsShape(top: Readonly<Record<string, unknown>>, results: readonly unknown[], claim: Claim): ArtifactKind {
  const first = results.find(isObject);
  if (first) {
    const node = first['node'];
    if (isObject(node)) return node['resource_type'] === 'source' ? 'sources' : 'run_results';
    if ('max_loaded_at' in first || 'criteria' in first || 'snapshotted_at' in first) return 'sources';
    if ('thread_id' in first || 'adapter_response' in first || 'message' in first || 'timing' in first)
      return 'run_results';
  }
  const claimed = claimedKind(claim);
  if (claimed === 'run_results' || claimed === 'sources') return claimed;
  if ('args' in top) return 'run_results';
  const id = first?.['unique_id'];
  if (typeof id === 'string') return id.startsWith('source.') ? 'sources' : 'run_results';
  if (results.length === 0 && 'elapsed_time' in top) return 'run_results';
  throw new RefusedError(
    'not_an_artifact',
    '$.results',
    'there is a "results" list, but nothing in it looks like dbt results',
  );
}

function firstObject(map: unknown): Record<string, unknown> | undefined {
  if (!isObject(map)) return undefined;
  for (const key in map) {
    const value = map[key];
    if (isObject(value)) return value;
  }
  return undefined;
}
