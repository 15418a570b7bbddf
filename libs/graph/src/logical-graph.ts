/** The version of the LogicalGraph contract that this lib writes. */
export const graphSchemaVersion = '1.0';

/**
 * A dbt project as one graph: everything enabled that can stand at the end of an edge. It holds what people look for
 * and what a diff compares, in a canonical order, and nothing that changes by itself (times, invocations, machine paths,
 * compiled SQL). Contract: `logical-graph.json`.
 */
export interface LogicalGraph {
  readonly schemaVersion: string;
  readonly project: string;
  readonly adapter: string | null;
  /** Sorted by id, in code unit order. */
  readonly nodes: readonly GraphNode[];
}

export interface GraphNode {
  /** dbt's unique_id; with the project it makes the URN. */
  readonly id: string;
  /** dbt's resource type: model, seed, snapshot, test, unit_test, source, exposure, metric … */
  readonly type: string;
  readonly name: string;
  readonly package: string;
  /** Below the project's root, with forward slashes. */
  readonly path?: string;
  readonly fqn?: readonly string[];
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly owner?: string;
  readonly group?: string;
  readonly access?: string;
  readonly materialized?: string;
  readonly version?: string;
  readonly relation?: GraphRelation;
  /** In the warehouse's order where a catalog told it, else as documented. */
  readonly columns?: readonly GraphColumn[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly code?: { readonly language: string; readonly hash: string };
  readonly contract?: boolean;
  readonly test?: GraphTest;
  readonly exposure?: { readonly kind: string; readonly maturity?: string; readonly url?: string };
  /** Ids of enabled nodes that this one reads, sorted, each once. */
  readonly dependsOn: readonly string[];
  /** Ids it names that are disabled or not in the project. */
  readonly missing?: readonly string[];
}

export interface GraphRelation {
  readonly database: string | null;
  readonly schema: string | null;
  readonly identifier: string;
}

export interface GraphColumn {
  readonly name: string;
  readonly type?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  /** Documented, but the warehouse has no such column. Absent when there is no catalog entry to ask. */
  readonly absent?: true;
}

export interface GraphTest {
  /** `unique`, `not_null` …; `singular` for a query; `unit` for a unit test. */
  readonly kind: string;
  readonly column?: string;
  /** The node it stands on, when dbt says so. */
  readonly attachedTo?: string;
  readonly severity?: string;
}

/** `hg:<project>/<unique_id>`: the same asset in every environment. */
export function urnOf(project: string, id: string): string {
  return `hg:${project}/${id}`;
}
