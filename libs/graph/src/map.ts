import { adjacency, neighbours } from './adjacency.ts';
import { layout } from './layout.ts';
import type { LogicalGraph } from './logical-graph.ts';
import type { Skeleton } from './skeleton.ts';

const onMap = new Set(['model', 'seed', 'snapshot', 'source']);

/**
 * The map of a graph: its models, seeds, snapshots and sources, laid out. `before` is the map of the snapshot before,
 * whose order is kept. Text that UTF-8 cannot hold is made so that it can.
 */
export function skeletonOf(graph: LogicalGraph, before?: Skeleton): Skeleton {
  const nodes = graph.nodes.filter(({ type }) => onMap.has(type));
  const edges = adjacency({ nodes });
  const old = before && placesIn(before);
  const { layers, x, y } = layout(edges, old && ((node) => old.get(nodes[node]!.id.toWellFormed())));
  const order = Uint32Array.from(nodes, (_, i) => i).sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!);
  const place = new Uint32Array(nodes.length);
  order.forEach((node, i) => (place[node] = i));
  const rows = Array.from(order, (node) => Uint32Array.from(neighbours(edges.up, node), (i) => place[i]!).sort());
  const offsets = new Uint32Array(nodes.length + 1);
  rows.forEach((row, i) => (offsets[i + 1] = offsets[i]! + row.length));
  const sources = new Uint32Array(edges.edges);
  rows.forEach((row, i) => sources.set(row, offsets[i]));
  const list = (value: (node: LogicalGraph['nodes'][number]) => string | undefined) =>
    Array.from(order, (i) => (value(nodes[i]!) ?? '').toWellFormed());
  return {
    ids: list(({ id }) => id),
    types: list(({ type }) => type),
    packages: list((node) => node.package),
    folders: list(({ path }) => path?.slice(0, Math.max(0, path.lastIndexOf('/')))),
    owners: list(({ owner }) => owner),
    materializations: list(({ materialized }) => materialized),
    x: Uint16Array.from(order, (node) => x[node]!),
    y: Uint16Array.from(order, (node) => y[node]!),
    layers,
    offsets,
    sources,
  };
}

/** How far down in its layer each node stands, from 0 to 1. */
function placesIn({ ids, x, layers }: Skeleton): Map<string, number> {
  const places = new Map<string, number>();
  let at = 0;
  for (const [layer] of layers.entries()) {
    const start = at;
    const next = layers[layer + 1] ?? Infinity;
    while (at < ids.length && x[at]! < next) at++;
    for (let i = start; i < at; i++) places.set(ids[i]!, (i - start + 0.5) / (at - start));
  }
  return places;
}
