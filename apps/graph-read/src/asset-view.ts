import type { Asset } from '@headgate/contracts';
import { type GraphNode, urnOf } from '@headgate/graph';

/** What a list shows of a description; one asset by itself shows more. */
const listed = 500;

export function assetOf(project: string, node: GraphNode, words = listed): Asset {
  const { relation } = node;
  return {
    urn: urnOf(project, node.id),
    id: node.id,
    type: node.type,
    name: node.name,
    package: node.package,
    description: shortened(node.description ?? '', words),
    tags: [...(node.tags ?? [])].slice(0, 200),
    columns: node.columns?.length ?? 0,
    ...(node.materialized && { materialization: node.materialized }),
    ...(relation && { relation: [relation.database, relation.schema, relation.identifier].filter(Boolean).join('.') }),
    ...(relation?.database && { database: relation.database }),
    ...(relation?.schema && { schema: relation.schema }),
    ...(node.owner && { owner: node.owner }),
    ...(node.group && { group: node.group }),
    ...(node.access && { access: node.access }),
    ...(node.path && { path: node.path }),
  };
}

/** At most so many units of a text, the cut told by an ellipsis and never within a pair. */
export function shortened(text: string, units: number): string {
  return text.length <= units ? text : `${text.slice(0, units).replace(/[\ud800-\udbff]$/, '')}…`;
}
