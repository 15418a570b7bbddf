import { duration } from '../ui/words.ts';
import { escaped } from './export.ts';
import type { DrawnNode } from './drawn.ts';
import type { Lens } from './lens.ts';
import type { Colours } from './style.ts';

export const cardWidth = 152;
export const cardHeight = 44;
export const rowHeight = 20;
const font = 'Inter, system-ui, sans-serif';
const mono = 'ui-monospace, Menlo, DejaVu Sans Mono, monospace';

/** Kinds of assets in 14 by 14, one line wide. */
const kinds: Record<string, string> = {
  table: 'M2 2.5h10v9H2zM2 5.5h10M6 5.5v6',
  view: 'M1 7s2-3.8 6-3.8S13 7 13 7s-2 3.8-6 3.8S1 7 1 7zM5.4 7a1.6 1.6 0 1 0 3.2 0 1.6 1.6 0 1 0-3.2 0',
  seed: 'M7 12V7M7 7.5C7 5.5 5.6 4 3 4c0 2.2 1.4 3.5 4 3.5zM7 6.3C7 4 8.5 2.5 11.3 2.5c0 2.4-1.5 3.8-4.3 3.8z',
  source:
    'M2.5 3.5c0-.9 2-1.6 4.5-1.6s4.5.7 4.5 1.6v7c0 .9-2 1.6-4.5 1.6s-4.5-.7-4.5-1.6zM2.5 3.5c0 .9 2 1.6 4.5 1.6s4.5-.7 4.5-1.6M2.5 7c0 .9 2 1.6 4.5 1.6s4.5-.7 4.5-1.6',
  snapshot: 'M1.5 4h2.6l1-1.6h3.8l1 1.6h2.6v7.5h-11zM5 7.6a2 2 0 1 0 4 0 2 2 0 1 0-4 0',
  exposure: 'M2 2h4v5.5H2zM8 2h4v3H8zM8 7h4v5H8zM2 9.5h4V12H2z',
  test: 'M5.5 1.5h3M6 1.5v4L2.6 11.3a.8.8 0 0 0 .7 1.2h7.4a.8.8 0 0 0 .7-1.2L8 5.5v-4M4.3 8.5h5.4',
  metric: 'M2.2 11a6 6 0 1 1 9.6 0M7 8l2.6-3',
  folder: 'M1.5 11.5v-9H5L6.4 4h6.1v7.5z',
};
const kindOf = ({ type, materialization }: Pick<DrawnNode, 'type' | 'materialization'>): string =>
  kinds[
    { unit_test: 'test', semantic_model: 'metric', saved_query: 'metric', package: 'folder', schema: 'folder' }[type] ??
      type
  ] ?? (materialization === 'view' || materialization === 'ephemeral' ? kinds['view']! : kinds['table']!);

const wide = (text: string, size: number): number => {
  measure ??= document.createElement('canvas').getContext('2d')!;
  measure.font = `500 ${size}px ${font}`;
  return measure.measureText(text).width;
};
let measure: CanvasRenderingContext2D | undefined;

/** As much of a text as there is room for. */
function cut(text: string, size: number, room: number): string {
  if (wide(text, size) <= room) return text;
  let length = Math.max(1, Math.floor((text.length * room) / wide(text, size)));
  while (length > 1 && wide(`${text.slice(0, length)}…`, size) > room) length -= 1;
  return `${text.slice(0, length)}…`;
}

/** Whether a lens has nothing to say of a node: that it has no owner, or is the same, is said by saying nothing. */
const isSilent = (lens: Lens, place: number): boolean => lens.keys[place]!.key === '';

/** The second line: how it is built, and what the lens says of it. */
function lineOf(node: DrawnNode, lens: Lens): string {
  const { word } = lens.keys[lens.of(node)]!;
  const built = node.materialization ?? node.type.replace(/_/g, ' ');
  if (lens.name === 'built' || lens.name === 'type' || isSilent(lens, lens.of(node))) return built;
  const took = node.status?.durationMs;
  return `${built} · ${lens.name === 'status' && took !== undefined && word === 'succeeded' ? duration(took) : word}`;
}

/** The sign of a state, in 12 by 12: never colour alone. */
function signOf(lens: Lens, place: number, colours: Colours): string {
  const { key, colour } = lens.keys[place]!;
  const paint = colours[colour];
  const disc = `<circle cx="6" cy="6" r="5" fill="${paint}"/>`;
  const stroke = `fill="none" stroke="${colours.surface}" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"`;
  if (lens.name !== 'status') return `<rect x="2" y="2" width="8" height="8" rx="2" fill="${paint}"/>`;
  if (key === 'good') return `${disc}<path d="M3.8 6.2l1.6 1.6 3-3.4" ${stroke}/>`;
  if (key === 'bad') return `${disc}<path d="M4.2 4.2l3.6 3.6M7.8 4.2L4.2 7.8" ${stroke}/>`;
  if (key === 'warn') return `<path d="M6 .8l5.4 10H.6z" fill="${paint}"/><path d="M6 4.4v2.8M6 9v.1" ${stroke}/>`;
  const dashes = key === 'going' ? '16 40' : '2 2.4';
  return `<circle cx="6" cy="6" r="4.4" fill="none" stroke="${colours.ink3}" stroke-width="1.5" stroke-dasharray="${dashes}"/>`;
}

/** What stands on a card, without its frame: name, how it is built, its state. */
export function cardOf(node: DrawnNode, lens: Lens | undefined, colours: Colours, isRoot: boolean): string {
  const text = `font-family="${font}"`;
  const line = lens ? lineOf(node, lens) : node.materialization;
  return [
    `<path d="${kindOf(node)}" transform="translate(8 7)" fill="none" stroke="${colours.ink3}" stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round"/>`,
    `<text x="28" y="18" ${text} font-size="11.5" font-weight="${isRoot ? 700 : 500}" fill="${colours.ink}">${escaped(cut(node.name, 11.5, cardWidth - 36))}</text>`,
    line
      ? `<text x="28" y="34" ${text} font-size="10.5" fill="${colours.ink3}">${escaped(cut(line, 10.5, cardWidth - 50))}</text>`
      : '',
    lens && !isSilent(lens, lens.of(node))
      ? `<g transform="translate(${cardWidth - 20} 25)">${signOf(lens, lens.of(node), colours)}</g>`
      : '',
  ].join('');
}

/** Columns below a card's head. @param chosen the one whose way is drawn */
export function rowsOf(columns: readonly string[], more: number, chosen: string | undefined, colours: Colours): string {
  const row = (name: string, place: number, ink: string, family = mono, weight = 400) =>
    `<text x="12" y="${cardHeight + place * rowHeight + 14}" font-family="${family}" font-size="10.5" font-weight="${weight}" fill="${ink}">${escaped(name)}</text>`;
  return [
    `<path d="M0 ${cardHeight - 1}H${cardWidth}" stroke="${colours.line}"/>`,
    ...columns.map((name, place) => {
      const isChosen = name === chosen;
      const ground = isChosen
        ? `<rect x="1" y="${cardHeight + place * rowHeight}" width="${cardWidth - 2}" height="${rowHeight}" fill="${colours.selected}"/>`
        : '';
      return (
        ground + row(name.length > 24 ? `${name.slice(0, 23)}…` : name, place, colours.ink, mono, isChosen ? 700 : 400)
      );
    }),
    more > 0 ? row(`and ${more} more`, columns.length, colours.ink3, font) : '',
  ].join('');
}

/** A card's content as an image that stands on the drawing. */
export const imageOf = (inside: string, width: number, height: number): string =>
  `data:image/svg+xml;utf8,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${inside}</svg>`)}`;
