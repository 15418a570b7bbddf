import type { StylesheetStyle } from 'cytoscape';

export interface Colours {
  ground: string;
  surface: string;
  line: string;
  edge: string;
  ink: string;
  ink3: string;
  water: string;
  selected: string;
  pressed: string;
  ok: string;
  bad: string;
  violet: string;
  amber: string;
  skip: string;
}

/** The page's own names of these colours. */
export const variables: Record<keyof Colours, string> = {
  ...{
    ground: '--canvas',
    surface: '--surface',
    line: '--line-strong',
    edge: '--line-control',
    ink: '--ink',
    ink3: '--ink-3',
  },
  ...{ water: '--run-mark', selected: '--selected', pressed: '--pressed', ok: '--success-mark' },
  ...{ bad: '--fail-mark', violet: '--partial-mark', amber: '--warn-mark', skip: '--skip-mark' },
};

/** The page's colours as a canvas takes them: `light-dark()` resolved by the browser itself. */
export function coloursOf(): Colours {
  const probe = document.createElement('i');
  document.body.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(Object.entries(variables).map(([key, name]) => [key, read(name)]));
  probe.remove();
  return colours as unknown as Colours;
}

/** Calls back when the page changes between light and dark, by hand or with the system. @returns the end of it */
export function onTheme(repaint: () => void): () => void {
  const byHand = new MutationObserver(repaint);
  byHand.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const bySystem = matchMedia('(prefers-color-scheme: dark)');
  bySystem.addEventListener('change', repaint);
  return () => {
    byHand.disconnect();
    bySystem.removeEventListener('change', repaint);
  };
}

const text = {
  'font-family': 'Inter, system-ui, sans-serif',
  'text-valign': 'center',
  'text-halign': 'center',
} as const;
/** What a figure of an element says, as a style. */
const of = (name: string) => (one: { data: (name: string) => string }) => one.data(name);

const cards = (colours: Colours): StylesheetStyle[] => [
  {
    selector: 'node.card',
    style: {
      ...{ shape: 'round-rectangle', 'corner-radius': '6', width: 'data(width)', height: 'data(height)' },
      ...{ 'background-color': colours.surface, 'border-color': colours.line, 'border-width': 1 },
      ...{ 'background-image': 'data(image)', 'background-width': '100%', 'background-height': '100%' },
    },
  },
  { selector: 'node.card.on', style: { 'border-color': colours.water } },
  {
    selector: 'node.card.root, node.card.chosen',
    style: { 'border-color': colours.water, 'background-color': colours.selected },
  },
  { selector: 'node.card.chosen', style: { 'border-width': 2 } },
  {
    selector: 'node.chip',
    style: {
      ...{ shape: 'round-rectangle', 'corner-radius': '9', width: 'data(width)', height: 18, 'border-width': 0 },
      ...{ 'background-color': colours.pressed, label: 'data(word)', color: colours.ink, 'font-size': 10, ...text },
    },
  },
  {
    selector: 'node.head',
    style: {
      ...{ width: 1, height: 1, 'background-opacity': 0, label: 'data(word)', color: colours.ink3, 'font-size': 11 },
      ...{ ...text, 'text-halign': 'right', events: 'no' },
    },
  },
];

/** How Cytoscape draws: our cards, our edges. */
export const styleOf = (colours: Colours): StylesheetStyle[] => [
  ...cards(colours),
  {
    selector: 'edge',
    style: {
      ...{ width: 'data(weight)', 'line-color': colours.edge, 'target-arrow-shape': 'none', events: 'no' },
      ...{ 'curve-style': 'unbundled-bezier', 'edge-distances': 'endpoints' },
      ...{ 'source-endpoint': of('leave'), 'target-endpoint': of('arrive') },
      ...{ 'control-point-weights': of('weights'), 'control-point-distances': of('distances') },
    } as never,
  },
  { selector: 'edge.indirect', style: { 'line-style': 'dashed', 'line-dash-pattern': [4, 3] } },
  { selector: 'edge.added', style: { 'line-color': colours.ok, width: 2 } },
  { selector: 'edge.on, edge.way', style: { 'line-color': colours.water, width: 2, 'z-index': 2 } },
];
