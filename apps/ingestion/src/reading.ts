import type { ArtifactKind, ArtifactWarning, Refusal } from '@headgate/dbt';

/** One file of a delivery, as its reader hands it back: what is left of it once the graph and the facts are taken out. */
export interface ReadFile {
  readonly kind: ArtifactKind;
  /** The run of dbt that wrote it, where it says so. */
  readonly invocation: string | null;
  readonly warnings: readonly ArtifactWarning[];
  readonly results?: ReadResults;
}

/** What run_results tell of nodes. */
export interface ReadResults {
  readonly isExecution: boolean;
  /** JSON of a list of node facts, ready for `json_to_recordset`. */
  readonly rows: string;
}

/** A graph that is ready to be kept: its bytes are in `pieces`. */
export interface ReadGraph {
  readonly snapshot: string;
  readonly nodes: number;
  readonly edges: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly pieces: readonly Uint8Array[];
}

/** What of an environment's index differs from a graph, as JSON texts for `json_to_recordset` and its kin. */
export interface IndexDelta {
  /** Rows of nodes that are new or differ, in chunks. */
  readonly nodes: readonly string[];
  /** Ids of nodes that differ or are gone. */
  readonly ended: string;
  /** Ids of nodes whose incoming edges are to be looked at: all of the above. */
  readonly touched: string;
  /** Edges into the new and differing nodes, in chunks of `{parent, child}`. */
  readonly edges: readonly string[];
}

/** What is taken out of a manifest's nodes as they pass by. */
export type ReadFor = 'graph' | 'lineage';

export type Order =
  | { readonly do: 'file'; readonly name: string; readonly id: string; readonly bytes: number; readonly of: ReadFor }
  | { readonly do: 'piece'; readonly bytes: Uint8Array }
  | { readonly do: 'end' }
  | { readonly do: 'graph'; readonly manifest: number; readonly catalog: number | null }
  | { readonly do: 'lineage'; readonly manifest: number; readonly catalog: number | null }
  | { readonly do: 'skeleton'; readonly before: Uint8Array | null }
  | { readonly do: 'delta'; readonly known: string | null }
  | { readonly do: 'forget' };

export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly refusal: Refusal }
  | { readonly ok: false; readonly bug: string };
