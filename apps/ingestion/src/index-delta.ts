import type { GraphNode, LogicalGraph } from '@headgate/graph';
import type { IndexDelta } from './reading.ts';

/** Rows of one statement: large enough that round trips do not count, small enough that a statement stays below a few MB. */
const chunk = 5000;

/**
 * What of an index differs from a graph. `known` is JSON of an object node → digest of what the index shows now, null
 * when it is empty. A node's digest covers its incoming edges, so only those of differing nodes can differ. Pure.
 */
export function deltaOf(graph: LogicalGraph, digests: ReadonlyMap<string, string>, known: string | null): IndexDelta {
  const before = new Map(Object.entries(known === null ? {} : (JSON.parse(known) as Record<string, string>)));
  const fresh = graph.nodes.filter(({ id }) => before.get(id) !== digests.get(id));
  const ended = [...before].filter(([node, digest]) => digests.get(node) !== digest).map(([node]) => node);
  const edges = fresh.flatMap(({ id, dependsOn }) => dependsOn.map((parent) => ({ parent, child: id })));
  return {
    nodes: chunked(fresh, (node) => indexRow(node, digests.get(node.id)!)),
    ended: JSON.stringify(ended),
    touched: JSON.stringify([...new Set([...ended, ...(known === null ? [] : fresh.map(({ id }) => id))])]),
    edges: chunked(edges, (edge) => edge),
  };
}

function chunked<T>(list: readonly T[], rowOf: (item: T) => object): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < list.length; at += chunk) chunks.push(JSON.stringify(list.slice(at, at + chunk).map(rowOf)));
  return chunks;
}

function indexRow(node: GraphNode, digest: string): object {
  const { id, type, name, relation, owner, tags, description, columns } = node;
  return {
    node: id,
    type: plain(type),
    name: plain(name),
    package: plain(node.package),
    materialized: plain(node.materialized),
    relation: relation && plain([relation.database, relation.schema, relation.identifier].filter(Boolean).join('.')),
    database: relation?.database && plain(relation.database),
    schema: relation?.schema && plain(relation.schema),
    owner: plain(owner),
    tags: tags?.map((tag) => plain(tag)) ?? [],
    description: plain(description ?? ''),
    digest,
    columns: columns?.length ?? 0,
    column_names: plain(
      (columns ?? [])
        .map((column) => column.name)
        .join(' ')
        .slice(0, 20_000),
    ),
  };
}

/** Postgres text cannot hold NUL, nor half of a character. */
const plain = <T extends string | undefined>(text: T): T => text?.replaceAll('\u0000', '').toWellFormed() as T;
