/** Positions of a drawing in layers, left to right. `x` is the layer, `y` the place in it; both in steps, not pixels. */
export interface Layout {
  x: Float32Array;
  y: Float32Array;
  layers: number;
}

/**
 * Layers by the longest path from a root, then sweeps that put each node at the middle of its neighbours in the layer
 * before. A node in a cycle takes the layer it is reached at last. Linear in nodes and edges, times the sweeps.
 * @param nodes how many; edges are pairs of indexes: from, to, from, to …
 */
export function layout(nodes: number, edges: Uint32Array, sweeps = 4): Layout {
  const out = adjacency(nodes, edges, 0);
  const into = adjacency(nodes, edges, 1);
  const layer = layersOf(nodes, out, into);
  const byLayer = groups(layer, nodes);
  const place = new Float32Array(nodes);
  for (const members of byLayer) members.forEach((node, at) => (place[node] = at));
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const isDown = sweep % 2 === 0;
    const order = isDown ? byLayer : byLayer.toReversed();
    for (const members of order) settle(members, place, isDown ? into : out);
  }
  const y = new Float32Array(nodes);
  const tallest = Math.max(1, ...byLayer.map(({ length }) => length));
  for (const members of byLayer)
    members.forEach((node, at) => {
      // Short layers stand in the middle of tall ones.
      y[node] = at + (tallest - members.length) / 2;
    });
  return { x: Float32Array.from(layer), y, layers: byLayer.length };
}

interface Neighbours {
  start: Uint32Array;
  list: Uint32Array;
}

/** Neighbours of each node in one array: those of `n` are `list[start[n] … start[n + 1]]`. `end` 0: children, 1: parents. */
export function adjacency(nodes: number, edges: Uint32Array, end: 0 | 1): Neighbours {
  const start = new Uint32Array(nodes + 1);
  for (let at = 0; at < edges.length; at += 2) start[edges[at + end]! + 1]! += 1;
  for (let node = 0; node < nodes; node += 1) start[node + 1]! += start[node]!;
  const list = new Uint32Array(edges.length / 2);
  const next = start.slice();
  for (let at = 0; at < edges.length; at += 2) list[next[edges[at + end]!]!++] = edges[at + 1 - end]!;
  return { start, list };
}

function layersOf(nodes: number, out: Neighbours, into: Neighbours): Uint32Array {
  const layer = new Uint32Array(nodes);
  const open = new Uint32Array(nodes);
  const ready: number[] = [];
  for (let node = 0; node < nodes; node += 1) {
    open[node] = into.start[node + 1]! - into.start[node]!;
    if (open[node] === 0) ready.push(node);
  }
  for (let at = 0; at < ready.length; at += 1) {
    const node = ready[at]!;
    for (let index = out.start[node]!; index < out.start[node + 1]!; index += 1) {
      const child = out.list[index]!;
      layer[child] = Math.max(layer[child]!, layer[node]! + 1);
      open[child]! -= 1;
      if (open[child] === 0) ready.push(child);
    }
  }
  return layer;
}

function groups(layer: Uint32Array, nodes: number): number[][] {
  const found: number[][] = [];
  for (let node = 0; node < nodes; node += 1) (found[layer[node]!] ??= []).push(node);
  return Array.from(found, (members) => members ?? []);
}

function settle(members: number[], place: Float32Array, { start, list }: Neighbours): void {
  const middle = new Map<number, number>();
  for (const node of members) {
    let sum = 0;
    const many = start[node + 1]! - start[node]!;
    for (let index = start[node]!; index < start[node + 1]!; index += 1) sum += place[list[index]!]!;
    middle.set(node, many === 0 ? place[node]! : sum / many);
  }
  members.sort((one, other) => middle.get(one)! - middle.get(other)! || one - other);
  members.forEach((node, at) => (place[node] = at));
}
