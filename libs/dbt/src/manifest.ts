/**
 * A dbt manifest as the product sees it: the file's own keys, whichever schema version wrote it.
 * Unknown keys are kept; every reader in this lib works on this shape.
 * Source: the published manifest schemas v1–v12, and what dbt-core and Fusion really write.
 */
export interface Manifest {
  readonly metadata: ManifestMetadata;
  readonly nodes: Readonly<Record<string, ManifestNode>>;
  readonly sources: Readonly<Record<string, ManifestNode>>;
  readonly macros: Readonly<Record<string, ManifestMacro>>;
  readonly exposures: Readonly<Record<string, ManifestNode>>;
  readonly metrics: Readonly<Record<string, ManifestNode>>;
  readonly groups: Readonly<Record<string, ManifestNode>>;
  readonly semantic_models: Readonly<Record<string, ManifestNode>>;
  readonly saved_queries: Readonly<Record<string, ManifestNode>>;
  readonly unit_tests: Readonly<Record<string, ManifestNode>>;
  readonly functions: Readonly<Record<string, ManifestNode>>;
  /** Disabled twins: several nodes may share one id. */
  readonly disabled: Readonly<Record<string, readonly ManifestNode[]>>;
  readonly selectors: Readonly<Record<string, unknown>>;
  readonly parent_map?: Readonly<Record<string, readonly string[]>>;
  readonly child_map?: Readonly<Record<string, readonly string[]>>;
  readonly [key: string]: unknown;
}

export interface ManifestMetadata {
  readonly dbt_schema_version?: string;
  readonly dbt_version?: string;
  readonly generated_at?: string;
  readonly invocation_id?: string;
  readonly project_name?: string | null;
  readonly adapter_type?: string | null;
  readonly [key: string]: unknown;
}

/** A node of any kind: model, seed, snapshot, test, source, exposure, metric, unit test … */
export interface ManifestNode {
  readonly unique_id: string;
  readonly resource_type: string;
  readonly name: string;
  readonly package_name: string;
  readonly path?: string;
  readonly original_file_path?: string;
  readonly fqn?: readonly string[];
  readonly tags?: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly depends_on?: { readonly nodes?: readonly string[]; readonly macros?: readonly string[] };
  readonly checksum?: { readonly name: string; readonly checksum: string };
  readonly [key: string]: unknown;
}

export interface ManifestMacro {
  readonly unique_id: string;
  readonly name: string;
  readonly package_name: string;
  readonly macro_sql: string;
  readonly depends_on?: { readonly macros?: readonly string[] };
  readonly [key: string]: unknown;
}
