import type { LineageNode } from '@headgate/contracts';
import { cardHeight, cardOf, cardWidth, rowHeight, rowsOf } from './cards.ts';
import { type ColumnLineage, isIndirect, keyOf } from './column-lineage.ts';
import { placesOf } from './focus-layout.ts';
import { type Card, headsAt, type Line, type Sheet } from './sheet.ts';
import type { Colours } from './style.ts';

/** Of a wide table no more columns than this are drawn; the table twin has all. */
const mostRows = 14;

const stateWords: Record<LineageNode['status'], string> = {
  ...{ complete: '', partial: 'partly understood', failed: 'not understood', none: 'no SQL', relation: '' },
};

/** Cards with their columns as rows, edges from row to row. */
export function sheetOfColumns(
  { nodes, edges, root }: ColumnLineage,
  chosen: string | undefined,
  colours: Colours,
): Sheet {
  const at = new Map(nodes.map(({ urn }, place) => [urn, place]));
  const rows = nodes.map((): string[] => []);
  for (const end of edges.flatMap(({ from, to }) => [from, to])) {
    const own = rows[at.get(end.urn) ?? -1];
    if (own && end.column !== undefined && !own.includes(end.column)) own.push(end.column);
  }
  const shown = rows.map((own) => own.slice(0, mostRows));
  const height = (node: number) => {
    const more = rows[node]!.length > shown[node]!.length ? 1 : 0;
    return cardHeight + (shown[node]!.length + more) * rowHeight;
  };
  const drawn = edges.filter(({ from, to }) => at.has(from.urn) && at.has(to.urn) && from.urn !== to.urn);
  const pairs = [...new Set(drawn.map(({ from, to }) => `${at.get(from.urn)} ${at.get(to.urn)}`))].map(
    (pair) => pair.split(' ').map(Number) as [number, number],
  );
  const ids = nodes.map(({ urn }) => urn);
  const { x, y, heads } = placesOf(ids, pairs, at.get(root) ?? -1, height);
  const cards = nodes.map((node, place): Card => {
    const isRoot = node.urn === root;
    const more = rows[place]!.length - shown[place]!.length;
    const card = { id: node.urn, type: node.type ?? 'table', name: node.name, package: '' };
    const word = [node.type ?? 'relation', stateWords[node.status]].filter(Boolean).join(' · ');
    const head = cardOf({ ...card, materialization: word }, undefined, colours, isRoot);
    const body = rowsOf(shown[place]!, more, isRoot ? chosen : undefined, colours);
    const size = { width: cardWidth, height: height(place) };
    return { id: node.urn, x: x[place]!, y: y[place]!, ...size, isRoot, rows: shown[place]!, inside: head + body };
  });
  const offset = (urn: string, column: string | undefined) => {
    const place = at.get(urn)!;
    const top = -height(place) / 2;
    if (column === undefined) return top + cardHeight / 2;
    const row = Math.min(rows[place]!.indexOf(column), mostRows);
    return top + cardHeight + row * rowHeight + rowHeight / 2;
  };
  return {
    ...{ cards, chips: [], heads: headsAt(heads, cards) },
    lines: drawn.map((edge): Line => {
      const { from, to } = edge;
      const look = isIndirect(edge) ? 'indirect' : chosen ? 'on' : 'plain';
      const ends = { from: from.urn, to: to.urn, fromY: offset(from.urn, from.column), toY: offset(to.urn, to.column) };
      return { id: keyOf(edge), ...ends, weight: 1, look };
    }),
  };
}
