import { hashOf } from '@headgate/contracts';
import { adjacencyOf, topological } from '@headgate/graph';
import { absent, type Made } from './environment-state.ts';
import type { OwnParts, PartsTable } from './parts.ts';

/** Own parts and the fingerprints of all direct inputs: equal fingerprints mean built from equal code, all the way up. */
export interface Print extends Made {
  readonly id: string;
  readonly type: string;
  readonly fingerprint: string;
}

/** A manifest that no plan can be made of. */
export class PlanInputError extends Error {
  constructor(
    readonly code: 'cycle' | 'unknown_node',
    message: string,
  ) {
    super(message);
    this.name = 'PlanInputError';
  }
}

/** SHA-256 of the canonical `{parts, upstream}`; both are maps of hashes. */
export function fingerprintOf(made: Made): string {
  return hashOf({ parts: made.parts, upstream: made.upstream });
}

/** Ids in an order in which inputs come first; throws PlanInputError on a cycle, which no dbt writes. */
export function buildOrder(table: PartsTable): readonly string[] {
  const ids = [...table.nodes.keys()].sort();
  const graph = adjacencyOf(ids, (i) => (table.nodes.get(ids[i] as string) as OwnParts).inputs);
  const order = topological(graph);
  if (!order) throw new PlanInputError('cycle', 'the manifest has a dependency cycle');
  return Array.from(order, (i) => ids[i] as string);
}

/**
 * Fingerprints of everything enabled. `standing` overrides what an input counts as: the fold gives it the fingerprint
 * of the relation that really stood there, which an unselected input's code no longer describes.
 */
export function fingerprints(
  table: PartsTable,
  standing: (id: string) => string | undefined = () => undefined,
): ReadonlyMap<string, Print> {
  const prints = new Map<string, Print>();
  for (const id of buildOrder(table)) {
    const { type, parts, inputs } = table.nodes.get(id) as OwnParts;
    const upstream: Record<string, string> = {};
    for (const input of inputs) upstream[input] = standing(input) ?? prints.get(input)?.fingerprint ?? absent;
    prints.set(id, { id, type, parts, upstream, fingerprint: fingerprintOf({ parts, upstream }) });
  }
  return prints;
}
