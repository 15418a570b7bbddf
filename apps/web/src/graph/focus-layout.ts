import { adjacencyOf, neighbours } from '@headgate/graph/adjacency';
import { layout } from '@headgate/graph/layout';

/** Middle points of cards, in pixels of the drawing; and what stands above each column. */
export interface Places {
  x: Float32Array;
  y: Float32Array;
  heads: { x: number; word: string }[];
}
export const columnStep = 190;
const gap = 22;
const sweeps = 6;

/**
 * Places some hundred cards: columns and their order as the map has them, then each card as near to the middle of its
 * neighbours as the cards above and below it let it be.
 * @param edges as places in `ids` @param root −1 for none @param heightOf pixels
 */
export function placesOf(
  ids: readonly string[],
  edges: readonly (readonly [from: number, to: number])[],
  root: number,
  heightOf: (node: number) => number,
): Places {
  const parents = ids.map((): string[] => []);
  for (const [from, to] of edges) parents[to]!.push(ids[from]!);
  const graph = adjacencyOf(ids, (node) => parents[node]!);
  const grid = layout(graph);
  const columns: number[][] = [];
  ids.forEach((_, node) => (columns[grid.x[node]!] ??= []).push(node));
  for (const column of columns) column?.sort((one, other) => grid.y[one]! - grid.y[other]!);
  const y = new Float32Array(ids.length);
  const full = columns.filter(Boolean);
  for (const column of full) stack(column, (_, place) => place * 1e-3, y, heightOf);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const isDown = sweep % 2 === 0;
    for (const column of isDown ? full : full.toReversed()) {
      const wanted = (node: number) => {
        const near = neighbours(isDown ? graph.up : graph.down, node);
        return near.length === 0 ? y[node]! : near.reduce((sum, one) => sum + y[one]!, 0) / near.length;
      };
      stack(column, wanted, y, heightOf);
    }
  }
  return { x: Float32Array.from(grid.x, (column) => column * columnStep), y, heads: headsOf(grid, root) };
}

/**
 * Puts a column's cards as near as can be to where they want to be, in their order and without touching: cards that
 * would overlap become one block, which goes to the mean of what its cards want.
 */
function stack(
  column: readonly number[],
  wanted: (node: number, place: number) => number,
  y: Float32Array,
  heightOf: (node: number) => number,
): void {
  interface Block {
    cards: number[];
    /** Sum over its cards of where the block's middle would have to be for that card. */
    sum: number;
    height: number;
  }
  const middle = ({ sum, cards }: Block) => sum / cards.length;
  const blocks: Block[] = [];
  column.forEach((node, place) => {
    let block: Block = { cards: [node], sum: wanted(node, place), height: heightOf(node) + gap };
    for (let above = blocks.at(-1); above; above = blocks.at(-1)) {
      if (middle(above) + above.height / 2 <= middle(block) - block.height / 2) break;
      blocks.pop();
      const height = above.height + block.height;
      // Seen from the middle of both together, the upper cards lie higher by half of what came below, and so on.
      const sum =
        above.sum + (above.cards.length * block.height) / 2 + block.sum - (block.cards.length * above.height) / 2;
      block = { cards: [...above.cards, ...block.cards], sum, height };
    }
    blocks.push(block);
  });
  for (const block of blocks) {
    let top = middle(block) - block.height / 2;
    for (const node of block.cards) {
      const height = heightOf(node) + gap;
      y[node] = top + height / 2;
      top += height;
    }
  }
}

/** How far from the root each column is; of a layer that goes on in further columns the first one says it. */
function headsOf({ x, layers }: { x: Uint16Array; layers: readonly number[] }, root: number): Places['heads'] {
  if (root < 0) return [];
  const layerAt = (column: number) => layers.findLastIndex((first) => first <= column);
  const own = layerAt(x[root]!);
  return layers.map((column, layer) => ({
    x: column * columnStep,
    word: layer === own ? 'focus' : `${Math.abs(layer - own)} ${layer < own ? 'up' : 'down'}`,
  }));
}
