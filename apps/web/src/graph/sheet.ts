import { curveOf, svgOf } from './export.ts';
import { cardHeight, cardWidth } from './cards.ts';
import type { Colours } from './style.ts';

/** A card: its middle and its size, what stands on it as SVG from its corner on. */
export interface Card {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  inside: string;
  isRoot?: boolean;
  /** Names of the rows below its head, where it has some. */
  rows?: readonly string[];
}
/** More of it than is drawn; a click shows that. `opens`: `up:` or `down:` and the node. */
export interface Chip {
  opens: string;
  word: string;
  x: number;
  y: number;
}
/** From the right side of one card to the left side of another; `fromY`, `toY` from their middles. */
export interface Line {
  id: string;
  from: string;
  to: string;
  fromY: number;
  toY: number;
  weight: number;
  look: 'plain' | 'indirect' | 'added' | 'on';
}
/** A drawing, placed. All in its own pixels. */
export interface Sheet {
  cards: Card[];
  chips: Chip[];
  lines: Line[];
  heads: { x: number; y: number; word: string }[];
}

/** Where words stand above the columns. */
export function headsAt(heads: readonly { x: number; word: string }[], cards: readonly Card[]): Sheet['heads'] {
  const top = cards.reduce((least, { y, height }) => Math.min(least, y - height / 2), Infinity);
  return heads.map(({ x, word }) => ({ x: x - cardWidth / 2, y: top - 26, word }));
}

/** Chips stand below their card, on the side to which they open. */
export function chipAt(card: Card, direction: 'up' | 'down', hidden: number): Chip {
  const word = `+${hidden} ${direction}`;
  const half = chipWidth(word) / 2;
  const x = direction === 'up' ? card.x - card.width / 2 + half : card.x + card.width / 2 - half;
  return { opens: `${direction}:${card.id}`, word, x, y: card.y + card.height / 2 + 11 };
}
export const chipWidth = (word: string): number => 12 + word.length * 6;

/** Points that bend an edge into an S, as Cytoscape takes them: shares of the straight line, distances from it. */
export function bendOf(dx: number, dy: number): { weights: [number, number]; distances: [number, number] } {
  const square = Math.max(1, dx * dx + dy * dy);
  const away = (dx * dy) / 2 / Math.sqrt(square);
  return { weights: [(dx * dx) / 2 / square, (dx * dx) / 2 / square + (dy * dy) / square], distances: [-away, away] };
}

/** The drawing as a file of its own. */
export function svgOfSheet({ cards, lines, heads }: Sheet, colours: Colours): string {
  const at = new Map(cards.map((card) => [card.id, card]));
  const boxes = cards.map(({ x, y, width, height, inside, isRoot }) => ({
    ...{ x: x - width / 2, y: y - height / 2, width, height },
    inside: `<rect width="${width}" height="${height}" rx="6" fill="${isRoot ? colours.selected : colours.surface}" stroke="${isRoot ? colours.water : colours.line}"/>${inside}`,
  }));
  const words = heads.map(({ x, y, word }) => ({
    ...{ x, y, width: cardWidth, height: cardHeight / 2 },
    inside: `<text y="12" font-family="sans-serif" font-size="11" fill="${colours.ink3}">${word}</text>`,
  }));
  const paths = lines.map(({ from, to, fromY, toY, look }) => {
    const [one, other] = [at.get(from)!, at.get(to)!];
    return {
      path: curveOf(one.x + one.width / 2, one.y + fromY, other.x - other.width / 2, other.y + toY),
      stroke: look === 'on' ? colours.water : look === 'added' ? colours.ok : colours.edge,
    };
  });
  return svgOf([...boxes, ...words], paths, colours.surface);
}

/** The card one comes to from another by an arrow key: along an edge to the sides, in its column up and down. */
export function nextCard({ cards, lines }: Sheet, from: string, key: string): string | undefined {
  const here = cards.find(({ id }) => id === from);
  if (!here) return cards[0]?.id;
  const isSide = key === 'ArrowLeft' || key === 'ArrowRight';
  const sides = lines.flatMap((line) =>
    key === 'ArrowLeft' ? (line.to === from ? [line.from] : []) : line.from === from ? [line.to] : [],
  );
  const able = cards.filter((card) =>
    isSide ? sides.includes(card.id) : card.x === here.x && (key === 'ArrowUp' ? card.y < here.y : card.y > here.y),
  );
  return able.sort((one, other) => Math.abs(one.y - here.y) - Math.abs(other.y - here.y))[0]?.id;
}
