'use client';
import { Download, Maximize, Minus, Plus } from 'lucide-react';
import type { Core, ElementDefinition } from 'cytoscape';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { useKeys } from '../shell/keys.ts';
import { nameOf } from '../ui/words.ts';
import { save } from './export.ts';
import { layout } from './layout.ts';
import { coloursOf, styleOf } from './style.ts';

export interface DrawnNode {
  id: string;
  type: string;
  name: string;
  package: string;
  materialization?: string;
  depth?: number;
  status?: { status: string };
}
/** What a drawing shows, its table twin too. `beyond`: how many nodes lie outside of it. */
export interface Drawn {
  root: string;
  selected: string;
  nodes: DrawnNode[];
  edges: { from: string; to: string; count?: number }[];
  frontier: { node: string; direction: 'up' | 'down'; hidden: number }[];
  beyond: number;
}
interface Props {
  drawn: Drawn;
  select: (id: string) => void;
  focus: (id: string) => void;
  more: (direction: 'up' | 'down') => void;
  children?: ReactNode;
}
const step = { x: 220, y: 64 };

/** Up to 400 nodes with their edges; the selected node's way through the picture in water. */
export function Drawing({ drawn, select, focus, more, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const core = useRef<Core>(null);
  const acts = useRef({ select, focus, more });
  useEffect(() => {
    acts.current = { select, focus, more };
  });
  const elements = useMemo(() => elementsOf(drawn), [drawn.nodes, drawn.edges, drawn.frontier, drawn.root]);
  const key = elements.map(({ data }) => data.id).join();

  useEffect(() => {
    let isGone = false;
    void import('cytoscape').then(({ default: cytoscape }) => {
      if (isGone || !box.current) return;
      const graph = cytoscape({
        ...{ container: box.current, elements, style: styleOf(coloursOf()), layout: { name: 'preset' } },
        ...{ minZoom: 0.08, maxZoom: 2, autoungrabify: true, boxSelectionEnabled: false },
        ...{ textureOnViewport: false, hideEdgesOnViewport: false },
      });
      graph.fit(undefined, 40);
      if (graph.zoom() > 1) graph.zoom(1).center();
      graph.on('tap', 'node', ({ target }) => {
        const { frontier, id } = target.data() as { frontier?: 'up' | 'down'; id: string };
        if (frontier) acts.current.more(frontier);
        else acts.current.select(id);
      });
      graph.on('dbltap', 'node', ({ target }) => !target.data('frontier') && acts.current.focus(target.id()));
      core.current = graph;
      box.current.dataset['ready'] = 'true';
      highlight(graph, drawn.selected);
    });
    return () => {
      isGone = true;
      core.current?.destroy();
      core.current = null;
    };
    // Drawn anew only when what is in it changes.
  }, [key]);
  useEffect(() => {
    if (core.current) highlight(core.current, drawn.selected);
  }, [drawn.selected]);
  useEffect(() => {
    const repaint = () => core.current?.style(styleOf(coloursOf()));
    const watch = new MutationObserver(repaint);
    watch.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => watch.disconnect();
  }, []);
  const zoom = (by: number) =>
    core.current?.zoom({
      level: core.current.zoom() * by,
      renderedPosition: { x: core.current.width() / 2, y: core.current.height() / 2 },
    });
  const fit = () => core.current?.fit(undefined, 40);
  useKeys({ f: () => fit(), '+': () => zoom(1.25), '-': () => zoom(0.8) });
  const picture = async () =>
    core.current &&
    save(
      'graph.png',
      await core.current.png({ output: 'blob-promise', full: true, scale: 2, bg: coloursOf().surface }),
    );
  return (
    <div className="graph-canvas">
      <div
        ref={box}
        className="graph-paper"
        role="img"
        aria-label={`${nameOf(drawn.root)} among ${drawn.nodes.length} nodes and ${drawn.edges.length} edges. The table has the same.`}
      />
      {children}
      <div className="graph-zoom">
        <button className="button quiet square small" onClick={() => zoom(0.8)} aria-label="Zoom out" title="-">
          <Minus size={14} aria-hidden />
        </button>
        <button className="button quiet square small" onClick={() => zoom(1.25)} aria-label="Zoom in" title="+">
          <Plus size={14} aria-hidden />
        </button>
        <button className="button quiet square small" onClick={fit} aria-label="Fit all" title="f">
          <Maximize size={14} aria-hidden />
        </button>
        <button
          className="button quiet square small"
          onClick={() => void picture()}
          aria-label="Save as a picture"
          title="PNG"
        >
          <Download size={14} aria-hidden />
        </button>
      </div>
    </div>
  );
}

function elementsOf({ nodes, edges, frontier, root }: Drawn): ElementDefinition[] {
  const at = new Map(nodes.map(({ id }, index) => [id, index]));
  const places = layout(
    nodes.length,
    Uint32Array.from(edges.flatMap(({ from, to }) => [at.get(from)!, at.get(to)!])),
    8,
  );
  const place = (id: string) => ({ x: places.x[at.get(id)!]! * step.x, y: places.y[at.get(id)!]! * step.y });
  const most = Math.max(1, ...edges.map(({ count }) => count ?? 1));
  return [
    ...nodes.map(({ id, name, type, status, materialization }) => ({
      data: { id, label: name, kind: materialization ?? type, type, state: status?.status ?? '' },
      position: place(id),
      classes: id === root ? 'root' : '',
    })),
    ...edges.map(({ from, to, count = 1 }) => ({
      data: { id: `${from}→${to}`, source: from, target: to, weight: 1 + (3 * count) / most },
    })),
    ...frontier.map(({ node, direction, hidden }) => {
      const { x, y } = place(node);
      return {
        data: { id: `${direction} of ${node}`, label: `+${hidden}`, frontier: direction },
        position: { x: x + (direction === 'up' ? -100 : 100), y: y + 24 },
        classes: 'frontier',
      };
    }),
  ];
}

/** The selected node and everything in the picture that feeds it or that it feeds. */
function highlight(graph: Core, id: string): void {
  graph.batch(() => {
    graph.elements().removeClass('on chosen');
    const node = graph.getElementById(id);
    node.addClass('chosen');
    node.predecessors().union(node.successors()).addClass('on');
  });
}
