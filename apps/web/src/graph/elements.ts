import type { ElementDefinition } from 'cytoscape';
import { imageOf } from './cards.ts';
import { bendOf, chipWidth, type Sheet } from './sheet.ts';

/** A sheet as Cytoscape takes it. */
export function elementsOf({ cards, chips, lines, heads }: Sheet): ElementDefinition[] {
  const at = new Map(cards.map((card) => [card.id, card]));
  return [
    ...cards.map(({ id, x, y, width, height, inside, isRoot, rows }) => ({
      data: { id, width, height, image: imageOf(inside, width, height), rows },
      position: { x, y },
      classes: isRoot ? 'card root' : 'card',
    })),
    ...chips.map(({ opens, word, x, y }) => ({
      data: { id: `chip ${opens}`, opens, word, width: chipWidth(word) },
      position: { x, y },
      classes: 'chip',
    })),
    ...heads.map(({ x, y, word }) => ({ data: { id: `head ${x}`, word }, position: { x, y }, classes: 'head' })),
    ...lines.map(({ id, from, to, fromY, toY, weight, look }) => {
      const [one, other] = [at.get(from)!, at.get(to)!];
      const dx = other.x - other.width / 2 - (one.x + one.width / 2);
      const { weights, distances } = bendOf(dx, other.y + toY - (one.y + fromY));
      return {
        data: {
          ...{ id, source: from, target: to, weight },
          ...{ leave: `${one.width / 2}px ${fromY}px`, arrive: `${-other.width / 2}px ${toY}px` },
          ...{ weights: weights.join(' '), distances: distances.join(' ') },
        },
        // Marked for good, other than what a selection marks.
        classes: look === 'on' ? 'way' : look,
      };
    }),
  ];
}
