/** As much of dbt's manifest.json as pages read. */
export interface Manifest {
  nodes?: Record<string, ManifestNode>;
  sources?: Record<string, ManifestNode>;
  exposures?: Record<string, ManifestNode>;
  metrics?: Record<string, ManifestNode>;
  semantic_models?: Record<string, ManifestNode>;
}
export interface ManifestNode {
  raw_code?: string;
  compiled_code?: string | null;
  original_file_path?: string;
  config?: Record<string, unknown>;
  columns?: Record<string, { name: string; description?: string; tags?: string[] }>;
}

/** A node by its unique id, wherever the manifest keeps its kind. */
export const nodeIn = (manifest: Manifest | undefined, id: string): ManifestNode | undefined =>
  manifest &&
  [manifest.nodes, manifest.sources, manifest.exposures, manifest.metrics, manifest.semantic_models].find(
    (group) => group && id in group,
  )?.[id];
