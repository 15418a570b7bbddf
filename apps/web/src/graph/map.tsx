'use client';
import { useQuery } from '@tanstack/react-query';
import { Maximize, Minus, Plus } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { download, type Refusal } from '../api/client.ts';
import { useAsk } from '../api/queries.ts';
import { useKeys } from '../shell/keys.ts';
import { usePlace } from '../shell/place.tsx';
import { Bones, Empty, Refused } from '../ui/blocks.tsx';
import { count, nameOf, several } from '../ui/words.ts';
import { Bar } from './bar.tsx';
import { Detail } from './detail.tsx';
import type { GraphState } from './graph.tsx';
import { type MapModel, mapModel } from './map-model.ts';
import { type MapView, useMapView } from './map-view.ts';
import { Twin } from './twin.tsx';

interface LogicalGraph {
  nodes: { id: string; name: string; type: string; package: string; dependsOn: string[]; materialized?: string }[];
}

/** The whole snapshot on one canvas. */
export function SnapshotMap({ query, set }: GraphState) {
  const { project, environment } = usePlace();
  const snapshots = useAsk('snapshotsList', { project, environment, limit: 1 });
  const snapshot = snapshots.data?.items[0]?.snapshot;
  const whole = useQuery<{ graph: LogicalGraph; model: MapModel }, Refusal>({
    queryKey: ['snapshotsGraph', snapshot],
    queryFn: async ({ signal }) => {
      const graph = await download<LogicalGraph>('snapshotsGraph', { project, environment, snapshot }, signal);
      const isTest = (type: string) => type === 'test' || type === 'unit_test';
      const nodes = graph.nodes.filter(({ type }) => !isTest(type));
      const edges = nodes.flatMap(({ id, dependsOn }) => dependsOn.map((from) => ({ from, to: id })));
      return { graph: { nodes }, model: mapModel(nodes, edges) };
    },
    enabled: snapshot !== undefined,
    staleTime: Infinity,
  });
  const selected = query.get('sel') ?? undefined;
  const isTable = query.get('twin') === 'table';
  useKeys({
    t: () => set({ twin: isTable ? undefined : 'table' }),
    e: () => selected && set({ view: undefined, root: selected, sel: undefined }, true),
    Escape: () => set({ sel: undefined }),
  });
  const focus = (id: string) => set({ view: undefined, root: id, sel: undefined, twin: undefined }, true);
  const select = (id: string | undefined) => set({ sel: id });
  const error = snapshots.error ?? whole.error;
  return (
    <div className={`graph ${selected ? 'no-tree' : 'whole'}`}>
      <div className="graph-main">
        <Bar query={query} set={set} />
        {error ? (
          <Refused error={error} retry={() => void whole.refetch()} />
        ) : snapshots.data && !snapshot ? (
          <Empty title="There is no snapshot yet">
            Send one from a terminal: <code>headgate ingest path/to/project</code>. The graph appears here by itself.
          </Empty>
        ) : !whole.data ? (
          <Bones rows={8} label="Laying out the snapshot" />
        ) : isTable ? (
          <WholeTwin graph={whole.data.graph} selected={selected ?? ''} select={select} focus={focus} />
        ) : (
          <Canvas model={whole.data.model} selected={selected} select={select} focus={focus} />
        )}
      </div>
      {selected && <Detail id={selected} focus={focus} isRoot={false} />}
    </div>
  );
}

function WholeTwin({
  graph,
  selected,
  select,
  focus,
}: {
  graph: LogicalGraph;
  selected: string;
  select: (id: string) => void;
  focus: (id: string) => void;
}) {
  const drawn = useMemo(
    () => ({
      ...{ root: '', selected, frontier: [], beyond: 0 },
      nodes: graph.nodes.map(({ materialized, ...node }) => ({
        ...node,
        ...(materialized && { materialization: materialized }),
      })),
      edges: graph.nodes.flatMap(({ id, dependsOn }) => dependsOn.map((from) => ({ from, to: id }))),
    }),
    [graph, selected],
  );
  return <Twin drawn={drawn} selected={selected} select={select} focus={focus} />;
}

interface CanvasProps {
  model: MapModel;
  selected: string | undefined;
  select: (id: string | undefined) => void;
  focus: (id: string) => void;
}

/** Drag to move, wheel to zoom, click to select; arrows, `+`, `-`, `f` do the same. */
export function Canvas({ model, selected, select, focus }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [view, setView] = useState<MapView>();
  const index = selected === undefined ? -1 : model.ids.indexOf(selected);
  useMapView(
    canvas,
    model,
    setView,
    (node) => select(node === undefined ? undefined : model.ids[node]),
    (node) => focus(model.ids[node]!),
  );
  useEffect(() => view?.select(index < 0 ? undefined : index), [view, index]);
  useKeys({
    f: () => view?.fit(),
    '+': () => view?.zoom(1.3),
    '-': () => view?.zoom(1 / 1.3),
    ArrowLeft: () => view?.pan(-80, 0),
    ArrowRight: () => view?.pan(80, 0),
    ArrowUp: () => view?.pan(0, -80),
    ArrowDown: () => view?.pan(0, 80),
  });
  return (
    <div className="graph-canvas">
      <canvas
        ref={canvas}
        className="graph-paper"
        role="img"
        aria-label={`Map of ${several(model.ids.length, 'node')} and ${several(model.edges.length / 2, 'edge')}. The table has the same.`}
      />
      <p className="graph-note" role="status">
        {several(model.ids.length, 'node')}, {several(model.edges.length / 2, 'edge')}
        {index >= 0 && view && ` · ${nameOf(selected!)} and the ${count(view.reached() - 1)} it touches`}
      </p>
      <div className="graph-zoom">
        <button
          className="button quiet square small"
          onClick={() => view?.zoom(1 / 1.3)}
          aria-label="Zoom out"
          title="-"
        >
          <Minus size={14} aria-hidden />
        </button>
        <button className="button quiet square small" onClick={() => view?.zoom(1.3)} aria-label="Zoom in" title="+">
          <Plus size={14} aria-hidden />
        </button>
        <button className="button quiet square small" onClick={() => view?.fit()} aria-label="Fit all" title="f">
          <Maximize size={14} aria-hidden />
        </button>
      </div>
    </div>
  );
}
