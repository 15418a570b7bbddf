import { type Adjacency, neighbours } from './adjacency.ts';

/** Where nodes stand on a grid. Columns belong to layers, from left to right. */
export interface Layout {
  /** First column of each layer; what a node reads stands in an earlier layer, but on cycles. */
  readonly layers: readonly number[];
  readonly x: Uint16Array;
  readonly y: Uint16Array;
}

/** So much wider is a drawn node than it is high. */
const aspect = 6;
const leastRows = 24;
const sweeps = 8;
/** Above this share of new nodes the old order means little, and a new one is looked for. */
const mostNew = 0.5;

/**
 * Places a graph in layers: the longest path from what reads nothing, roots pulled towards their readers, then
 * barycentre sweeps of which the best is kept. A layer that is too high goes on in the next column. `before` is the
 * place of a node in the last layout (any number that grows downwards): with it nodes keep their order, and new ones go
 * where their neighbours are, so that a map does not jump. The same input gives the same layout.
 */
export function layout(graph: Adjacency, before?: (node: number) => number | undefined): Layout {
  const layerOf = layersOf(graph);
  const known = before && graph.ids.map((_, node) => before(node));
  const isNew = known?.filter((place) => place === undefined).length ?? graph.ids.length;
  const layers = known && isNew <= graph.ids.length * mostNew ? kept(graph, layerOf, known) : swept(graph, layerOf);
  return placed(layers, graph.ids.length);
}

/** Longest path from what reads nothing. Of a cycle the first node by index counts as if it read nothing more. */
function layersOf(graph: Adjacency): Int32Array {
  const n = graph.ids.length;
  const layer = new Int32Array(n);
  const waiting = new Int32Array(n);
  for (let i = 0; i < n; i++) waiting[i] = neighbours(graph.up, i).length;
  const queue: number[] = [];
  for (let i = 0; i < n; i++) if (waiting[i] === 0) queue.push(i);
  let unbroken = 0;
  for (let done = 0; done < n; done++) {
    if (done === queue.length) {
      while (waiting[unbroken]! <= 0) unbroken++;
      waiting[unbroken] = 0;
      queue.push(unbroken);
    }
    const node = queue[done]!;
    for (const child of neighbours(graph.down, node)) {
      if (waiting[child]! <= 0) continue;
      layer[child] = Math.max(layer[child]!, layer[node]! + 1);
      if (--waiting[child]! === 0) queue.push(child);
    }
    waiting[node] = -1;
  }
  for (let i = 0; i < n; i++) {
    const children = neighbours(graph.down, i);
    if (neighbours(graph.up, i).length > 0 || children.length === 0) continue;
    layer[i] = children.reduce((least, child) => Math.min(least, layer[child]!), Infinity) - 1;
  }
  const least = layer.reduce((a, b) => Math.min(a, b), 0);
  return least < 0 ? layer.map((value) => value - least) : layer;
}

function grouped(layerOf: Int32Array): number[][] {
  const layers: number[][] = [];
  layerOf.forEach((layer, node) => (layers[layer] ??= []).push(node));
  return Array.from(layers, (nodes) => nodes ?? []);
}

/** Nodes in their old order, new ones between their neighbours. */
function kept(graph: Adjacency, layerOf: Int32Array, known: readonly (number | undefined)[]): number[][] {
  const place = known.map((value) => value ?? NaN);
  const fill = (direction: 'up' | 'down', nodes: readonly number[]) => {
    for (const node of nodes)
      if (Number.isNaN(place[node])) place[node] = mean(neighbours(graph[direction], node), place);
  };
  const byLayer = Array.from(layerOf, (_, node) => node).sort((a, b) => layerOf[a]! - layerOf[b]! || a - b);
  fill('up', byLayer);
  fill('down', byLayer.toReversed());
  fill('up', byLayer);
  const key = (node: number) => (Number.isNaN(place[node]) ? Infinity : place[node]!);
  return grouped(layerOf).map((nodes) => nodes.sort((a, b) => compare(key(a), key(b)) || a - b));
}

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/** The mean of the places that are known; NaN when none is. */
function mean(nodes: Uint32Array, place: ArrayLike<number>): number {
  let [sum, n] = [0, 0];
  for (const node of nodes) {
    const value = place[node]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    n++;
  }
  return n === 0 ? NaN : sum / n;
}

/** Each sweep orders a layer by where the neighbours in the layers before (or behind) stand; the shortest edges win. */
function swept(graph: Adjacency, layerOf: Int32Array): number[][] {
  const layers = grouped(layerOf);
  const place = new Float64Array(graph.ids.length);
  const spread = (nodes: readonly number[]) => nodes.forEach((node, i) => (place[node] = (i + 0.5) / nodes.length));
  layers.forEach(spread);
  let best = layers.map((nodes) => [...nodes]);
  let shortest = length(graph, place);
  const target = new Float64Array(graph.ids.length);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const direction = sweep % 2 === 0 ? 'up' : 'down';
    for (const nodes of direction === 'up' ? layers : layers.toReversed()) {
      for (const node of nodes) {
        const wanted = mean(neighbours(graph[direction], node), place);
        target[node] = Number.isNaN(wanted) ? place[node]! : wanted;
      }
      nodes.sort((a, b) => target[a]! - target[b]! || place[a]! - place[b]!);
      spread(nodes);
    }
    const now = length(graph, place);
    if (now < shortest) [shortest, best] = [now, layers.map((nodes) => [...nodes])];
  }
  return best;
}

function length(graph: Adjacency, place: Float64Array): number {
  let sum = 0;
  for (let node = 0; node < graph.ids.length; node++)
    for (const child of neighbours(graph.down, node)) sum += Math.abs(place[node]! - place[child]!);
  return sum;
}

/** Layers as columns of a grid about as wide as it is high when drawn; a column stands in the middle. */
function placed(layers: readonly number[][], n: number): Layout {
  const rows = Math.max(leastRows, Math.ceil(Math.sqrt(n * aspect)));
  const tallest = Math.min(rows, Math.max(0, ...layers.map((nodes) => nodes.length)));
  const [x, y] = [new Uint16Array(n), new Uint16Array(n)];
  const starts: number[] = [];
  let column = 0;
  for (const nodes of layers) {
    starts.push(column);
    const columns = Math.max(1, Math.ceil(nodes.length / rows));
    const height = Math.ceil(nodes.length / columns);
    nodes.forEach((node, i) => {
      x[node] = column + Math.floor(i / height);
      y[node] = (i % height) + Math.floor((tallest - height) / 2);
    });
    column += columns;
  }
  return { layers: starts, x, y };
}
