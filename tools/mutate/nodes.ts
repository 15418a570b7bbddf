import type { Manifest, ManifestNode } from '@headgate/dbt';
import { adjacencyOf, topological } from '@headgate/graph';

/** A node as the worker runs it. */
export interface WorkNode {
  readonly id: string;
  readonly kind: 'table' | 'view' | 'incremental' | 'seed' | 'snapshot' | 'test' | 'custom';
  readonly relation: string | null;
  readonly sql: string | null;
  readonly unique_key: string | null;
}

/** What a compiled manifest builds and checks, inputs first; unit tests aside, which say nothing about relations. */
export function workNodes(manifest: Manifest): readonly WorkNode[] {
  const ids = Object.keys(manifest.nodes).sort();
  const graph = adjacencyOf(ids, (i) => manifest.nodes[ids[i] as string]?.depends_on?.nodes ?? []);
  const order = topological(graph);
  if (!order) throw new Error('a cycle');
  return Array.from(order, (i) => ids[i] as string).flatMap((id) => {
    const node = manifest.nodes[id] as ManifestNode;
    const kind = kindOf(node);
    if (!kind) return [];
    const { relation_name: relation, compiled_code: sql } = node;
    const key = node.config?.['unique_key'];
    return [
      {
        id,
        kind,
        relation: typeof relation === 'string' ? relation : null,
        sql: typeof sql === 'string' ? sql : null,
        unique_key: typeof key === 'string' ? key : null,
      },
    ];
  });
}

function kindOf({ resource_type: type, config }: ManifestNode): WorkNode['kind'] | null {
  if (config?.['enabled'] === false) return null;
  if (type === 'seed' || type === 'snapshot' || type === 'test') return type;
  const made = config?.['materialized'];
  if (type !== 'model' || made === 'ephemeral') return null;
  return made === 'table' || made === 'view' || made === 'incremental' ? made : 'custom';
}
