'use client';
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useKeys } from '../shell/keys.ts';
import { Bones, Empty, Refused } from '../ui/blocks.tsx';
import { count, nameOf, several } from '../ui/words.ts';
import { Bar } from './bar.tsx';
import { Changes, ChangesBar } from './changes.tsx';
import { Detail } from './detail.tsx';
import { curveOf, escaped, type Seen, svgOf } from './export.ts';
import type { Lens, LensNode } from './lens.ts';
import { Legend } from './legend.tsx';
import { Canvas } from './map-canvas.tsx';
import { cardHeight, cardWidth, type MapModel } from './map-model.ts';
import type { MapView } from './map-view.ts';
import { coloursOf } from './style.ts';
import { Finder } from './tree.tsx';
import { Twin, type TwinRow } from './twin.tsx';
import { nextLens, useLens } from './use-lens.ts';
import { useSkeleton } from './use-skeleton.ts';
import { type GraphState, useTwin, Workspace } from './workspace.tsx';

/** After so long a choice on the map counts as made, and the page tells of it. */
const restMs = 150;

/** The whole snapshot on one canvas. */
export function SnapshotMap({ query, set }: GraphState) {
  const { model, snapshot, isMissing, error, retry } = useSkeleton();
  const nodes = useMemo(() => model && nodesOf(model), [model]);
  const { lens, isLoading, note } = useLens(query, 'type', nodes, false);
  const [view, setView] = useState<MapView>();
  const selected = query.get('sel') ?? undefined;
  const isTable = useTwin(query);
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(resting.current), []);
  const select = useCallback(
    (id: string | undefined) => {
      clearTimeout(resting.current);
      set({ sel: id });
    },
    [set],
  );
  const settle = useCallback(
    (id: string | undefined) => {
      clearTimeout(resting.current);
      resting.current = setTimeout(() => set({ sel: id }), restMs);
    },
    [set],
  );
  const focus = useCallback(
    (id: string) => {
      clearTimeout(resting.current);
      set({ view: undefined, root: id, sel: undefined, twin: undefined, in: undefined }, true);
    },
    [set],
  );
  useKeys({
    t: () => set({ twin: isTable ? undefined : 'table' }),
    l: () => set({ lens: nextLens(lens.name) }),
    d: () => set({ lens: lens.name === 'change' ? undefined : 'change' }),
    e: () => selected && focus(selected),
    Escape: () => select(undefined),
  });
  const outputs = model && {
    ...{ name: 'map', of: { snapshot, nodesInAll: model.size } },
    seen: () => seenOf(model, nodes!, lens, view?.seen() ?? [...model.x.keys()]),
    ...(view && !isTable && { png: () => view.picture(), svg: () => svgOfMap(model, lens, nodes!, view.seen()) }),
  };
  return (
    <Workspace
      tree={<MapTree model={model} within={query.get('in')} set={set} view={view} />}
      bar={<Bar {...{ query, set, view: 'map', isTable, lens: lens.name, outputs }} />}
      detail={selected ? <Detail id={selected} focus={focus} query={query} set={set} /> : <Nothing model={model} />}
    >
      {lens.name === 'change' && <ChangesBar query={query} set={set} />}
      {error && !model ? (
        <Refused error={error} retry={retry} />
      ) : isMissing ? (
        <Empty title="There is no snapshot yet">
          Send one from a terminal: <code>headgate ingest path/to/project</code>. The graph appears here by itself.
        </Empty>
      ) : !model || !nodes ? (
        <Bones rows={8} label="Loading the map" />
      ) : query.get('twin') === 'changes' ? (
        <Changes query={query} set={set} focus={focus} />
      ) : isTable ? (
        <MapTwin {...{ query, set, model, nodes, lens, select, focus }} selected={selected ?? ''} />
      ) : (
        <Canvas {...{ model, lens, nodes, selected, focus }} select={settle} ready={setView}>
          <Legend lens={lens} nodes={nodes} note={isLoading ? 'Loading' : note} />
        </Canvas>
      )}
    </Workspace>
  );
}

/** The nodes as a lens takes them, made once. */
function nodesOf({ skeleton }: MapModel): LensNode[] {
  return skeleton.ids.map((id, node) => ({
    ...{ id, type: skeleton.types[node]! },
    materialization: skeleton.materializations[node] || undefined,
    owner: skeleton.owners[node] || undefined,
  }));
}

function Nothing({ model }: { model: MapModel | undefined }) {
  return (
    <aside className="graph-detail panel" aria-label="Nothing is selected">
      <section>
        <h2>Nothing is selected</h2>
        <p className="ink2" style={{ marginTop: 4 }}>
          Click a node, or find one by name: everything it reads and everything it feeds is marked.
        </p>
      </section>
      {model && (
        <dl className="pairs body">
          <dt>Nodes</dt>
          <dd className="num">{count(model.size)}</dd>
          <dt>Edges</dt>
          <dd className="num">{count(model.edges)}</dd>
          <dt>Longest way</dt>
          <dd className="num">{several(model.skeleton.layers.length, 'step')}</dd>
          <dt>Not here</dt>
          <dd>tests, exposures, metrics; Focus has them</dd>
        </dl>
      )}
    </aside>
  );
}

const mostFolders = 200;

interface MapTreeProps {
  model: MapModel | undefined;
  within: string | null;
  set: GraphState['set'];
  view: MapView | undefined;
}

/** Where nodes are kept; a folder is shown as large as the view lets it be. A selection leaves it as it is. */
const MapTree = memo(function MapTree({ model, within, set, view }: MapTreeProps) {
  const folders = useMemo(() => {
    const found = new Map<string, number[]>();
    model?.skeleton.folders.forEach((folder, node) => {
      const key = folder || model.skeleton.types[node]!;
      void (found.get(key)?.push(node) ?? found.set(key, [node]));
    });
    return [...found].sort(([one, a], [other, b]) => b.length - a.length || (one < other ? -1 : 1));
  }, [model]);
  const show = (folder: string, nodes: number[]) => {
    const isOff = within === folder;
    set({ in: isOff ? undefined : folder });
    if (isOff) view?.fit();
    else view?.fitTo(nodes);
  };
  return (
    <Finder label="Places on the map" choose={(id) => set({ sel: id })}>
      <div className="tree-group">
        <h2>
          Folders <span className="num">{count(folders.length)}</span>
        </h2>
        {folders.slice(0, mostFolders).map(([folder, nodes]) => (
          <button
            key={folder}
            className="leaf"
            title={folder}
            aria-pressed={within === folder}
            onClick={() => show(folder, nodes)}
          >
            <span className="cut grow">{folder}</span>
            <span className="num ink3">{count(nodes.length)}</span>
          </button>
        ))}
        {folders.length > mostFolders && (
          <p className="t12 ink3">and {count(folders.length - mostFolders)} smaller ones; Group has all</p>
        )}
      </div>
    </Finder>
  );
});

function MapTwin({
  model,
  nodes,
  lens,
  query,
  ...rest
}: GraphState & {
  model: MapModel;
  nodes: LensNode[];
  lens: Lens;
  selected: string;
  select: (id: string) => void;
  focus: (id: string) => void;
}) {
  const within = query.get('in');
  const shown = useMemo(
    () =>
      Uint32Array.from(model.x.keys()).filter(
        (node) => !within || (model.skeleton.folders[node] || model.skeleton.types[node]) === within,
      ),
    [model, within],
  );
  const rowAt = useCallback(
    (index: number): TwinRow => {
      const node = shown[index]!;
      const { id, type, materialization } = nodes[node]!;
      return {
        ...{ id, type, materialization, name: nameOf(id), word: lens.keys[lens.of(nodes[node]!)]!.word },
        reads: model.parents.start[node + 1]! - model.parents.start[node]!,
        feeds: model.children.start[node + 1]! - model.children.start[node]!,
      };
    },
    [model, nodes, lens, shown],
  );
  return <Twin query={query} {...rest} rows={shown.length} rowAt={rowAt} lens={lens.word} />;
}

function seenOf({ skeleton, parents }: MapModel, nodes: LensNode[], lens: Lens, seen: number[]): Seen {
  const isSeen = new Set(seen);
  return {
    nodes: seen.map((node) => ({
      ...{ id: skeleton.ids[node]!, type: skeleton.types[node]!, name: nameOf(skeleton.ids[node]!) },
      ...{ package: skeleton.packages[node]!, folder: skeleton.folders[node]!, owner: skeleton.owners[node]! },
      ...{ materialization: skeleton.materializations[node]!, [lens.word]: lens.keys[lens.of(nodes[node]!)]!.word },
    })),
    edges: seen.flatMap((node) =>
      [...parents.list.subarray(parents.start[node], parents.start[node + 1])]
        .filter((from) => isSeen.has(from))
        .map((from) => ({ from: skeleton.ids[from]!, to: skeleton.ids[node]! })),
    ),
  };
}

function svgOfMap({ x, y, skeleton, parents }: MapModel, lens: Lens, nodes: LensNode[], seen: number[]): string {
  const colours = coloursOf();
  const isSeen = new Set(seen);
  const boxes = seen.map((node) => ({
    ...{ x: x[node]!, y: y[node]!, width: cardWidth, height: cardHeight },
    inside:
      `<rect width="${cardWidth}" height="${cardHeight}" rx="5" fill="${colours.surface}" stroke="${colours.line}"/>` +
      `<rect x="8" y="11" width="8" height="8" fill="${colours[lens.keys[lens.of(nodes[node]!)]!.colour]}"/>` +
      `<text x="23" y="19" font-family="sans-serif" font-size="11.5" fill="${colours.ink}">${escaped(nameOf(skeleton.ids[node]!))}</text>`,
  }));
  const lines = seen.flatMap((node) =>
    [...parents.list.subarray(parents.start[node], parents.start[node + 1])]
      .filter((from) => isSeen.has(from))
      .map((from) => ({
        path: curveOf(x[from]! + cardWidth, y[from]! + cardHeight / 2, x[node]!, y[node]! + cardHeight / 2),
        stroke: colours.edge,
      })),
  );
  return svgOf(boxes, lines, colours.surface);
}
