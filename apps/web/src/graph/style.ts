import type { StylesheetStyle } from 'cytoscape';

export interface Colours {
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
}

/** The page's colours as a canvas takes them: `light-dark()` resolved by the browser itself. */
export function coloursOf(): Colours {
  const probe = document.createElement('i');
  document.body.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    ...{
      surface: read('surface'),
      line: read('line-strong'),
      edge: read('line-control'),
      ink: read('ink'),
      ink3: read('ink-3'),
    },
    ...{ water: read('run-mark'), selected: read('selected'), pressed: read('pressed'), ok: read('success-mark') },
    ...{ bad: read('fail-mark'), violet: read('partial-mark'), amber: read('warn-mark') },
  };
  probe.remove();
  return colours;
}

const cards = (colours: Colours): StylesheetStyle[] => [
  {
    selector: 'node',
    style: {
      shape: 'round-rectangle',
      ...{
        width: 168,
        height: 40,
        'background-color': colours.surface,
        'border-color': colours.line,
        'border-width': 1,
      },
      ...{ label: 'data(label)', color: colours.ink, 'font-size': 11.5, 'font-weight': 500 },
      ...{ 'font-family': 'Inter, system-ui, sans-serif', 'text-valign': 'center', 'text-halign': 'center' },
      ...{ 'text-wrap': 'ellipsis', 'text-max-width': '150px' },
    },
  },
  { selector: 'node.on', style: { 'border-color': colours.water } },
  {
    selector: 'node.chosen',
    style: { 'border-color': colours.water, 'border-width': 2, 'background-color': colours.selected },
  },
  { selector: 'node.root', style: { 'font-weight': 700 } },
  {
    selector: 'node[state = "error"], node[state = "fail"]',
    style: { 'border-color': colours.bad, 'border-width': 2 },
  },
];

/** How Cytoscape draws: our cards, our edges. */
export const styleOf = (colours: Colours): StylesheetStyle[] => [
  ...cards(colours),
  {
    selector: 'edge',
    style: {
      ...{ width: 'data(weight)', 'line-color': colours.edge, 'curve-style': 'bezier', opacity: 0.75 },
      ...{ 'source-endpoint': '90deg', 'target-endpoint': '270deg', 'target-arrow-shape': 'none' },
    },
  },
  { selector: 'edge.on', style: { 'line-color': colours.water, width: 2, opacity: 1, 'z-index': 2 } },
  {
    selector: 'node.frontier',
    style: {
      ...{
        width: 34,
        height: 18,
        'background-color': colours.pressed,
        'border-width': 0,
        color: colours.ink3,
        'font-size': 10,
      },
    },
  },
];
