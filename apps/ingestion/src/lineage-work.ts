import type { Place } from './commit.ts';
import type { Columns, NodeRows } from './lineage-rows.ts';

/** What an environment's lineage is to be computed from. */
export interface Wanted extends Place {
  readonly version: number;
  readonly seq: number;
  readonly manifest: string;
  readonly catalog: string | null;
}

/** A node; without rows its SQL and edges are as they were stored. */
export interface Computed extends Columns {
  readonly node: string;
  readonly inputKey: string;
  readonly rows: NodeRows | undefined;
}

/** What is stored of nodes, as far as computing others needs it. */
export type Stored = ReadonlyMap<string, Columns & { readonly inputKey: string }>;

/** All nodes of a manifest, computed or as stored; `none`: why there is no lineage at all. */
export interface Computation {
  /** dbt's adapter. */
  readonly platform: string | null;
  readonly computed: readonly Computed[];
  readonly none?: string;
}
