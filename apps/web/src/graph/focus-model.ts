import type { GraphNeighbourhoodOutput, NodeChange } from '@headgate/contracts';
import { cardHeight, cardOf, cardWidth } from './cards.ts';
import type { Drawn } from './drawn.ts';
import type { Seen } from './export.ts';
import { placesOf } from './focus-layout.ts';
import type { Lens } from './lens.ts';
import { type Card, chipAt, headsAt, type Sheet } from './sheet.ts';
import type { Colours } from './style.ts';

type Near = Pick<GraphNeighbourhoodOutput, 'nodes' | 'edges' | 'frontier'>;

/** The answer without what somebody hid. */
export function drawnOf({ nodes, edges, frontier }: Near, hidden: ReadonlySet<string>, root: string): Drawn {
  const shown = nodes.filter(({ id }) => !hidden.has(id));
  const ids = new Set(shown.map(({ id }) => id));
  return {
    ...{ root, nodes: shown },
    edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
    frontier: frontier.filter(({ node }) => ids.has(node)),
  };
}

/** Places a drawing. @param changes of the nodes since the snapshot that is compared with */
export function sheetFrom(
  { nodes, edges, frontier, root }: Drawn,
  lens: Lens | undefined,
  changes: readonly NodeChange[],
  colours: Colours,
): Sheet {
  const at = new Map(nodes.map(({ id }, place) => [id, place]));
  const pairs = edges.map(({ from, to }): [number, number] => [at.get(from)!, at.get(to)!]);
  const ids = nodes.map(({ id }) => id);
  const { x, y, heads } = placesOf(ids, pairs, at.get(root) ?? -1, () => cardHeight);
  const cards = nodes.map((node, place): Card => {
    const isRoot = node.id === root;
    const size = { width: cardWidth, height: cardHeight, isRoot };
    return { id: node.id, x: x[place]!, y: y[place]!, ...size, inside: cardOf(node, lens, colours, isRoot) };
  });
  const most = edges.reduce((sum, { count = 1 }) => Math.max(sum, count), 1);
  const isNew = new Set(changes.flatMap(({ id, parentsAdded }) => (parentsAdded ?? []).map((from) => `${from}→${id}`)));
  return {
    cards,
    chips: frontier.map(({ node, direction, hidden }) => chipAt(cards[at.get(node)!]!, direction, hidden)),
    lines: edges.map(({ from, to, count = 1 }) => {
      const id = `${from}→${to}`;
      return {
        id,
        from,
        to,
        fromY: 0,
        toY: 0,
        weight: 1 + (3 * (count - 1)) / most,
        look: isNew.has(id) ? 'added' : 'plain',
      };
    }),
    heads: headsAt(heads, cards),
  };
}

/** The same as data. */
export function seenOf({ nodes, edges }: Drawn, lens: Lens): Seen {
  return {
    nodes: nodes.map((node) => ({
      ...{ id: node.id, type: node.type, name: node.name, package: node.package, owner: node.owner ?? '' },
      ...{ materialization: node.materialization ?? '', [lens.word]: lens.keys[lens.of(node)]!.word },
    })),
    edges: edges.map(({ from, to }) => ({ from, to })),
  };
}
