'use client';
import dynamic from 'next/dynamic';
import { useCallback, useMemo, useState } from 'react';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { useKeys } from '../shell/keys.ts';
import { Empty, Refused } from '../ui/blocks.tsx';
import { count, nameOf, several } from '../ui/words.ts';
import { Bar } from './bar.tsx';
import { Detail } from './detail.tsx';
import type { Drawn } from './drawn.ts';
import { Drawing, type DrawingHandle } from './drawing.tsx';
import { drawnOf, seenOf, sheetFrom } from './focus-model.ts';
import { Legend } from './legend.tsx';
import type { Colours } from './style.ts';
import { Finder, Tree } from './tree.tsx';
import { useChanges } from './use-changes.ts';
import { nextLens, useLens } from './use-lens.ts';
import { type GraphState, useTwin, Workspace } from './workspace.tsx';

const mostDeep = 12;
const none: readonly never[] = [];

// What only some look at is loaded by those.
const Changes = dynamic(() => import('./changes.tsx').then((part) => part.Changes), { ssr: false });
const ChangesBar = dynamic(() => import('./changes.tsx').then((part) => part.ChangesBar), { ssr: false });
const ColumnsView = dynamic(() => import('./columns-view.tsx').then((part) => part.ColumnsView), { ssr: false });
const FocusTwin = dynamic(() => import('./focus-twin.tsx').then((part) => part.FocusTwin), { ssr: false });

/** What lies around one asset: other assets, or where its columns come from and go to. */
export function Focus({ root, query, set }: GraphState & { root: string }) {
  const [up, down] = [Number(query.get('up') ?? 2), Number(query.get('down') ?? 2)];
  const deep = (name: 'up' | 'down', by: number) => {
    const now = name === 'up' ? up : down;
    set({ [name]: String(Math.max(0, Math.min(mostDeep, now + by))) });
  };
  useKeys({
    '[': () => deep('up', -1),
    ']': () => deep('up', 1),
    '{': () => deep('down', -1),
    '}': () => deep('down', 1),
  });
  const View = query.get('columns') === '1' ? ColumnsView : AssetsView;
  return <View {...{ root, query, set, up, down }} />;
}

/** The assets around one, or on the way to another one. */
function AssetsView({ root, query, set, up, down }: GraphState & { root: string; up: number; down: number }) {
  const selected = query.get('sel') ?? query.get('to') ?? root;
  const isTable = useTwin(query);
  const { drawn, near, way, says } = useFocus(query, root, up, down);
  const { lens, isLoading, note } = useLens(query, 'status', drawn?.nodes, true);
  const changes = useChanges(query, lens.name === 'change');
  const [handle, setHandle] = useState<DrawingHandle>();
  const sheetOf = useCallback(
    (colours: Colours) => sheetFrom(drawn!, lens, changes.items, colours),
    [drawn, lens, changes.items],
  );
  const select = useCallback((id: string) => set({ sel: id }), [set]);
  const focus = useCallback(
    (id: string) =>
      set({ root: id, sel: undefined, hide: undefined, open: undefined, to: undefined, twin: undefined }, true),
    [set],
  );
  const hide = (id: string) => id !== root && set({ hide: `${query.get('hide') ?? ''} ${id}`.trim(), sel: undefined });
  const open = (opens: string) => set({ open: `${query.get('open') ?? ''} ${opens}`.trim() }, true);
  useKeys({
    c: () => set({ columns: '1', sel: undefined, to: undefined }, true),
    t: () => set({ twin: isTable ? undefined : 'table' }),
    l: () => set({ lens: nextLens(lens.name) }),
    d: () => set({ lens: lens.name === 'change' ? undefined : 'change' }),
    e: () => focus(selected),
    h: () => hide(selected),
    Escape: () => set({ sel: undefined }),
  });
  const outputs = drawn && {
    ...{ name: nameOf(root), of: { root, up, down, snapshot: near.data?.snapshot } },
    seen: () => seenOf(drawn, lens),
    ...(handle && !isTable && { png: handle.png, svg: handle.svg }),
  };
  const twin = query.get('twin') === 'changes' && lens.name === 'change' ? 'changes' : isTable ? 'table' : undefined;
  return (
    <Workspace
      tree={
        <Finder choose={focus} label="Nodes in view">
          <Tree nodes={drawn?.nodes ?? none} selected={selected} select={select} focus={focus} />
        </Finder>
      }
      bar={<Bar {...{ query, set, view: 'focus', isTable, lens: lens.name, outputs, ...(!way && { up, down }) }} />}
      detail={
        <Detail
          {...{ id: selected, focus, hide, open, query, set }}
          root={root}
          frontier={drawn?.frontier.filter(({ node }) => node === selected) ?? none}
        />
      }
    >
      {lens.name === 'change' && <ChangesBar query={query} set={set} />}
      {near.error && !near.data ? (
        <Refused error={near.error} retry={() => void near.refetch()} />
      ) : !drawn ? (
        <div className="graph-canvas" role="status" aria-label="Loading the graph" />
      ) : twin === 'changes' ? (
        <Changes {...{ query, set, focus }} />
      ) : drawn.nodes.length === 0 ? (
        <Empty title="No way leads there">
          Neither reads the other, not even through others.{' '}
          <button className="link" onClick={() => set({ to: undefined })}>
            Back to {nameOf(root)}
          </button>
        </Empty>
      ) : twin ? (
        <FocusTwin {...{ query, set, drawn, lens, selected, select, focus, open }} />
      ) : (
        <Drawing
          label={`${nameOf(root)} among ${several(drawn.nodes.length, 'node')} and ${several(drawn.edges.length, 'edge')}`}
          {...{ sheetOf, selected, select, focus, open, way }}
          marks={selected === root ? 'near' : 'far'}
          ready={setHandle}
        >
          <p className="graph-note" role="status">
            {says}
            <Undo query={query} set={set} />
          </p>
          <Legend lens={lens} nodes={drawn.nodes} note={isLoading ? 'Loading' : note} />
        </Drawing>
      )}
    </Workspace>
  );
}

/** What is drawn: the neighbourhood that the address names, or the ways to another asset. */
function useFocus(query: URLSearchParams, root: string, up: number, down: number) {
  const here = usePlace();
  const { project, environment } = here;
  const to = query.get('to') ?? undefined;
  const words = (name: string) => query.get(name)?.split(' ').filter(Boolean) ?? [];
  const around = useAsk(
    'graphNeighbourhood',
    { project, environment, root, up, down, limit: 400, tests: query.get('tests') === '1', open: words('open') },
    { keep: true, enabled: !to },
  );
  const ways = useAsk(
    'graphPath',
    { project, environment, from: root, to: to ?? '', limit: 400 },
    { enabled: to !== undefined },
  );
  const near = to ? ways : around;
  const hide = query.get('hide') ?? '';
  const drawn: Drawn | undefined = useMemo(
    () => near.data && drawnOf(to ? { ...near.data, frontier: [] } : near.data, new Set(hide.split(' ')), root),
    [near.data, hide, root, to],
  );
  const deeper = near.data?.frontier.reduce((sum, { hidden }) => sum + hidden, 0) ?? 0;
  const says = [
    to && ways.data
      ? `${several(Math.max(0, ways.data.path.length - 1), 'step')}, ${several(ways.data.total, 'node')} on all ways`
      : `Showing ${several(drawn?.nodes.length ?? 0, 'node')}`,
    ...(!to && deeper > 0 ? [`${count(deeper)} lie deeper`] : []),
    ...(near.data?.truncated ? ['cut at 400'] : []),
    ...(near.data?.hiddenEdges ? [`${count(near.data.hiddenEdges)} edges are not drawn`] : []),
  ].join(' · ');
  return { drawn, near, says, way: to ? ways.data?.path : undefined };
}

/** Takes back what was hidden, opened or asked for in the drawing. */
function Undo({ query, set }: GraphState) {
  const hidden = query.get('hide')?.split(' ').length ?? 0;
  const take = (word: string, name: string) => (
    <button className="link" onClick={() => set({ [name]: undefined })}>
      {word}
    </button>
  );
  return (
    <>
      {hidden > 0 && <> · {take(`show ${hidden} hidden`, 'hide')}</>}
      {query.get('open') && <> · {take('close what was opened', 'open')}</>}
      {query.get('to') && <> · {take('leave the way', 'to')}</>}
    </>
  );
}
