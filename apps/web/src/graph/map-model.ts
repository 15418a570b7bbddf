import { adjacency, layout } from './layout.ts';

/** A whole snapshot, ready to draw. Positions in world units; edges are pairs of indexes. */
export interface MapModel {
  ids: readonly string[];
  names: readonly string[];
  types: readonly string[];
  x: Float32Array;
  y: Float32Array;
  edges: Uint32Array;
  children: { start: Uint32Array; list: Uint32Array };
  parents: { start: Uint32Array; list: Uint32Array };
}

export const cardWidth = 150;
export const cardHeight = 30;
const layerStep = 260;
const rowStep = 40;
/** Tall layers are folded into columns this high, so that the whole stays readable. */
const foldAt = 160;

/** @param nodes in any order @param pairs edges by id; those to nodes that are not there are left out */
export function mapModel(
  nodes: readonly { id: string; name: string; type: string }[],
  pairs: readonly { from: string; to: string }[],
): MapModel {
  const at = new Map(nodes.map(({ id }, index) => [id, index]));
  const edges = Uint32Array.from(
    pairs.flatMap(({ from, to }) => {
      const [one, other] = [at.get(from), at.get(to)];
      return one === undefined || other === undefined ? [] : [one, other];
    }),
  );
  return {
    ids: nodes.map(({ id }) => id),
    names: nodes.map(({ name }) => name),
    types: nodes.map(({ type }) => type),
    ...placed(nodes.length, edges),
    edges,
    children: adjacency(nodes.length, edges, 0),
    parents: adjacency(nodes.length, edges, 1),
  };
}

function placed(nodes: number, edges: Uint32Array): { x: Float32Array; y: Float32Array } {
  const drawn = layout(nodes, edges);
  const size = new Uint32Array(drawn.layers);
  for (const layer of drawn.x) size[layer]! += 1;
  const columns = Array.from(size, (many) => Math.max(1, Math.ceil(many / foldAt)));
  const left: number[] = [];
  columns.reduce((sum, many, layer) => ((left[layer] = sum), sum + many * (cardWidth + 20) + layerStep - cardWidth), 0);
  const tallest = Math.max(1, ...size);
  const x = new Float32Array(nodes);
  const y = new Float32Array(nodes);
  for (let node = 0; node < nodes; node += 1) {
    const layer = drawn.x[node]!;
    const many = columns[layer]!;
    const place = Math.round(drawn.y[node]! - (tallest - size[layer]!) / 2);
    const rows = Math.ceil(size[layer]! / many);
    x[node] = left[layer]! + (place % many) * (cardWidth + 20);
    y[node] = (Math.floor(place / many) - rows / 2) * rowStep;
  }
  return { x, y };
}

/** Everything upstream and downstream of a node, as a mask over the nodes. */
export function reachOf(model: MapModel, from: number): Uint8Array {
  const seen = new Uint8Array(model.ids.length);
  for (const { start, list } of [model.children, model.parents]) {
    const mine = new Uint8Array(model.ids.length);
    const stack = [from];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (mine[node]) continue;
      mine[node] = 1;
      seen[node] = 1;
      for (let index = start[node]!; index < start[node + 1]!; index += 1) stack.push(list[index]!);
    }
  }
  return seen;
}
