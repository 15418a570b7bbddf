'use client';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useKeys } from '../shell/keys.ts';
import { count, nameOf, several } from '../ui/words.ts';
import type { Lens, LensNode } from './lens.ts';
import { cardHeight, cardWidth, type MapModel } from './map-model.ts';
import { type MapView, useMapView } from './map-view.ts';
import { Minimap } from './minimap.tsx';
import { ZoomKeys } from './zoom-keys.tsx';

interface Props {
  model: MapModel;
  nodes: readonly LensNode[];
  lens: Lens;
  selected: string | undefined;
  /** Told of a choice once it rests: the map marks it at once, and the page need not keep up with each click. */
  select: (id: string | undefined) => void;
  focus: (id: string) => void;
  ready: (view: MapView) => void;
  children: ReactNode;
}

/** Drag to move, wheel to zoom, click to select; arrows, `+`, `-`, `f` do the same. */
export function Canvas({ model, nodes, lens, selected, select, focus, ready, children }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [view, setView] = useState<MapView>();
  const [chosen, setChosen] = useState(selected);
  useEffect(() => setChosen(selected), [selected]);
  const tints = useMemo(
    () => ({ colours: lens.keys.map(({ colour }) => colour), of: Uint8Array.from(nodes, lens.of) }),
    [lens, nodes],
  );
  useMapView(canvas, model, tints, {
    ready: (map) => (setView(map), ready(map)),
    pick: (node) => {
      const id = node === undefined ? undefined : model.idOf(node);
      setChosen(id);
      select(id);
    },
    open: (node) => focus(model.idOf(node)),
  });
  const index = chosen === undefined ? -1 : model.at(chosen);
  const reach = useMemo(() => (index < 0 ? undefined : view?.reachOf(index)), [view, index]);
  useEffect(() => {
    view?.select(reach);
    if (index >= 0) view?.reveal(index);
  }, [view, index, reach]);
  useEffect(() => view?.paint(tints), [view, tints]);
  const pan = (x: number, y: number) => () => view?.pan(x, y);
  useKeys({ ArrowLeft: pan(-80, 0), ArrowRight: pan(80, 0), ArrowUp: pan(0, -80), ArrowDown: pan(0, 80) });
  const boxes = useCallback(() => boxesOf(model), [model]);
  return (
    <div className="graph-canvas">
      <canvas
        ref={canvas}
        className="graph-paper"
        role="img"
        aria-label={`Map of ${several(model.size, 'node')} and ${several(model.edges, 'edge')}. The table has the same.`}
      />
      <p className="graph-note" role="status">
        {reach
          ? `${nameOf(chosen!)} reads ${count(reach.up)}, feeds ${count(reach.down)}`
          : `${several(model.size, 'node')}, ${several(model.edges, 'edge')}`}
        {chosen !== undefined && index < 0 && `, ${nameOf(chosen)} is not on the map`}
      </p>
      <ZoomKeys zoom={(by) => view?.zoom(by)} fit={() => view?.fit()} />
      {children}
      {view && model.size > 0 && <Minimap nodes={boxes} watch={view.watch} moveTo={view.moveTo} />}
    </div>
  );
}

function boxesOf({ size, x, y }: MapModel): Float32Array {
  const boxes = new Float32Array(size * 4);
  for (let node = 0; node < size; node += 1) boxes.set([x[node]!, y[node]!, cardWidth, cardHeight], node * 4);
  return boxes;
}
