'use client';
import type { Core, EventObject, NodeSingular } from 'cytoscape';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useKeys } from '../shell/keys.ts';
import { cardHeight, rowHeight } from './cards.ts';
import { elementsOf } from './elements.ts';
import type { Frame } from './minimap.tsx';
import { Minimap } from './minimap.tsx';
import { nextCard, type Sheet, svgOfSheet } from './sheet.ts';
import { type Colours, coloursOf, onTheme, styleOf } from './style.ts';
import { ZoomKeys } from './zoom-keys.tsx';

export interface DrawingHandle {
  png: () => Promise<Blob | undefined>;
  svg: () => string;
}
interface Props {
  label: string;
  /** Places everything, in the colours of the page as they are now. A new function: draw again. */
  sheetOf: (colours: Colours) => Sheet;
  selected: string;
  /** What a selection marks besides itself: its neighbours, or all that lies before and behind it. */
  marks: 'near' | 'far' | 'none';
  /** Marked instead: the ids along a way. */
  way?: readonly string[] | undefined;
  select: (id: string, row?: string) => void;
  focus: (id: string) => void;
  open?: (opens: string) => void;
  ready: (handle: DrawingHandle | undefined) => void;
  children?: ReactNode;
}
/** Below this one cannot read a card: rather a part of the drawing is shown than all of it. */
const readable = 0.55;

/** Some hundred cards with their edges; what is selected, and its way, in water. */
export function Drawing(props: Props) {
  const { label, sheetOf, selected, marks, way, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const [core, setCore] = useState<Core>();
  const [sheet, setSheet] = useState<Sheet>();

  useEffect(() => {
    let isGone = false;
    let made: Core | undefined;
    void import('cytoscape').then(({ default: cytoscape }) => {
      if (isGone || !box.current) return;
      made = cytoscape({
        ...{ container: box.current, style: styleOf(coloursOf()), layout: { name: 'preset' } },
        ...{ minZoom: 0.05, maxZoom: 2, autoungrabify: true, boxSelectionEnabled: false },
      });
      made.on('tap', 'node', (event) => tapped(event, latest.current));
      made.on('dbltap', 'node.card', ({ target }) => latest.current.focus(target.id()));
      setCore(made);
    });
    return () => {
      isGone = true;
      made?.destroy();
    };
  }, []);
  useEffect(() => {
    if (!core) return;
    const draw = () => {
      const colours = coloursOf();
      const next = latest.current.sheetOf(colours);
      show(core, next);
      core.style(styleOf(colours));
      setSheet(next);
      mark(core, latest.current);
      box.current!.dataset['ready'] = 'true';
    };
    draw();
    latest.current.ready({
      png: async () => core.png({ output: 'blob-promise', full: true, scale: 2, bg: coloursOf().surface }),
      svg: () => svgOfSheet(latest.current.sheetOf(coloursOf()), coloursOf()),
    });
    return onTheme(draw);
  }, [core, sheetOf]);
  useEffect(() => {
    if (core) mark(core, latest.current);
  }, [core, sheet, selected, marks, way]);

  const step = (event: KeyboardEvent) => {
    const next = sheet && nextCard(sheet, selected, event.key);
    if (!next) return;
    props.select(next);
    if (core) reveal(core, next);
  };
  useKeys({ ArrowLeft: step, ArrowRight: step, ArrowUp: step, ArrowDown: step });
  const zoom = (by: number) =>
    core?.zoom({ level: core.zoom() * by, renderedPosition: { x: core.width() / 2, y: core.height() / 2 } });
  const boxes = useCallback(() => boxesOf(sheet), [sheet]);
  const watch = useCallback((tell: (frame: Frame) => void) => watching(core, tell), [core, sheet]);
  const moveTo = useCallback(
    (x: number, y: number) =>
      core?.pan({ x: core.width() / 2 - x * core.zoom(), y: core.height() / 2 - y * core.zoom() }),
    [core],
  );
  return (
    <div className="graph-canvas">
      <div ref={box} className="graph-paper" role="img" aria-label={`${label}. The table has the same.`} />
      <ZoomKeys zoom={zoom} fit={() => core?.fit(undefined, 30)} />
      {children}
      {core && sheet && sheet.cards.length > 8 && <Minimap nodes={boxes} watch={watch} moveTo={moveTo} />}
    </div>
  );
}

function tapped({ target, position }: EventObject, { select, open }: Props): void {
  const node = target as NodeSingular;
  const { opens, rows } = node.data() as { opens?: string; rows?: readonly string[] };
  if (opens) return open?.(opens);
  if (!node.hasClass('card')) return;
  const below = position.y - (node.position().y - node.height() / 2) - cardHeight;
  select(node.id(), below >= 0 ? rows?.[Math.floor(below / rowHeight)] : undefined);
}

/** Draws what is not drawn yet; where the same cards stand at the same places, only what is on them changes. */
function show(core: Core, sheet: Sheet): void {
  const elements = elementsOf(sheet);
  const key = JSON.stringify(elements.map(({ data, position }) => [data.id, position]));
  core.batch(() => {
    if (core.scratch('key') === key) {
      for (const { data } of elements) core.getElementById(data.id!).data(data);
      return;
    }
    core.elements().remove();
    core.add(elements);
  });
  if (core.scratch('key') === key) return;
  core.scratch('key', key);
  core.fit(undefined, 30);
  const root = core.$('.root');
  if (core.zoom() > 1) core.zoom(1).center();
  if (core.zoom() < readable && root.nonempty()) core.zoom(readable).center(root);
}

/** The selected node and its way through the picture. */
function mark(core: Core, { selected, marks, way }: Props): void {
  core.batch(() => {
    core.elements('.on, .chosen').removeClass('on chosen');
    const node = core.getElementById(selected);
    node.addClass('chosen');
    if (way) {
      const on = new Set(way);
      core
        .elements('.card, edge')
        .filter((one) =>
          one.isNode()
            ? on.has(one.id())
            : way.indexOf(one.data('target')) === way.indexOf(one.data('source')) + 1 && on.has(one.data('source')),
        )
        .addClass('on');
    } else if (marks === 'none') return;
    else if (marks === 'near') node.neighborhood('.card, edge').addClass('on');
    else node.predecessors('.card, edge').union(node.successors('.card, edge')).addClass('on');
  });
}

function reveal(core: Core, id: string): void {
  const { x1, y1, x2, y2 } = core.extent();
  const { x, y } = core.getElementById(id).position();
  if (x < x1 || x > x2 || y < y1 || y > y2) core.center(core.getElementById(id));
}

function watching(core: Core | undefined, tell: (frame: Frame) => void): () => void {
  if (!core) return () => {};
  const hear = () => {
    const { x1, y1, w, h } = core.extent();
    const { x1: left, y1: top, w: width, h: height } = core.elements('.card').boundingBox();
    tell({ view: [x1, y1, w, h], world: [left, top, width, height] });
  };
  core.on('viewport resize', hear);
  hear();
  return () => void core.off('viewport resize', hear);
}

function boxesOf(sheet: Sheet | undefined): Float32Array {
  const cards = sheet?.cards ?? [];
  const boxes = new Float32Array(cards.length * 4);
  cards.forEach(({ x, y, width, height }, at) => boxes.set([x - width / 2, y - height / 2, width, height], at * 4));
  return boxes;
}
