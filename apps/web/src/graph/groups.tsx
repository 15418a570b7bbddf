'use client';
import { useCallback, useMemo, useState } from 'react';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { useKeys } from '../shell/keys.ts';
import { Refused } from '../ui/blocks.tsx';
import { count, several } from '../ui/words.ts';
import { Bar } from './bar.tsx';
import type { Drawn } from './drawn.ts';
import { Drawing, type DrawingHandle } from './drawing.tsx';
import { sheetFrom } from './focus-model.ts';
import { FocusTwin } from './focus-twin.tsx';
import { GroupDetail } from './group-detail.tsx';
import type { Colours } from './style.ts';
import { Finder } from './tree.tsx';
import { type GraphState, useTwin, Workspace } from './workspace.tsx';

const levels = ['folder', 'package', 'schema'] as const;
const topOf = 3;
const mostGroups = 400;

/** The whole snapshot by folder, package or schema: groups, and how many edges go between them. */
export function Groups({ query, set }: GraphState) {
  const { project, environment } = usePlace();
  const level = levels.find((one) => one === query.get('level')) ?? 'folder';
  const within = query.get('within') ?? undefined;
  const rollup = useAsk(
    'graphRollup',
    { project, environment, level, top: topOf, ...(within && { within }) },
    { keep: true },
  );
  const selected = query.get('sel') ?? '';
  const isTable = useTwin(query);
  const drawn = useMemo(() => rollup.data && drawnOf(rollup.data, level), [rollup.data, level]);
  const [handle, setHandle] = useState<DrawingHandle>();
  const sheetOf = useCallback((colours: Colours) => sheetFrom(drawn!, undefined, [], colours), [drawn]);
  const select = useCallback((id: string) => set({ sel: id }), [set]);
  const focus = useCallback(
    (id: string) => set({ view: undefined, root: id, sel: undefined, within: undefined }, true),
    [set],
  );
  useKeys({ t: () => set({ twin: isTable ? undefined : 'table' }), Escape: () => set({ sel: undefined }) });
  const outputs = drawn && {
    ...{ name: `groups by ${level}`, of: { level, within, snapshot: rollup.data!.snapshot } },
    seen: () => ({
      nodes: rollup.data!.groups.map(({ key, nodes, inside }) => ({ id: key, nodes, inside })),
      edges: rollup.data!.edges,
    }),
    ...(handle && !isTable && { png: handle.png, svg: handle.svg }),
  };
  return (
    <Workspace
      tree={
        <Finder choose={focus} label="Groups">
          <div className="tree-group">
            <h2>
              {level[0]!.toUpperCase() + level.slice(1)}s{' '}
              <span className="num">{count(rollup.data?.groupCount ?? 0)}</span>
            </h2>
            {(rollup.data?.groups ?? []).slice(0, mostGroups).map(({ key, nodes }) => (
              <button
                key={key}
                className="leaf"
                aria-pressed={key === selected}
                title={key}
                onClick={() => select(key)}
              >
                <span className="cut grow">{key || 'none'}</span>
                <span className="num ink3">{count(nodes)}</span>
              </button>
            ))}
          </div>
        </Finder>
      }
      bar={<Bar {...{ query, set, view: 'group', isTable, outputs }} />}
      detail={<GroupDetail rollup={rollup.data} {...{ level, selected, query, set, focus }} />}
    >
      <div className="graph-bar second">
        <div className="segments" role="group" aria-label="Group by">
          {levels.map((one) => (
            <button
              key={one}
              aria-pressed={level === one}
              onClick={() => set({ level: one, sel: undefined, within: undefined })}
            >
              {one}
            </button>
          ))}
        </div>
        {within && (
          <button className="chip on" onClick={() => set({ within: undefined, sel: undefined }, true)}>
            in {within} <span aria-hidden>✕</span>
            <span className="unseen">, show all groups again</span>
          </button>
        )}
      </div>
      {rollup.error && !drawn ? (
        <Refused error={rollup.error} retry={() => void rollup.refetch()} />
      ) : !drawn ? (
        <div className="graph-canvas" role="status" aria-label="Loading the groups" />
      ) : isTable ? (
        <FocusTwin {...{ query, set, drawn, selected, select }} focus={select} />
      ) : (
        <Drawing
          label={`${several(drawn.nodes.length, 'group')} and ${several(drawn.edges.length, 'pair')} with edges`}
          {...{ sheetOf, selected, select }}
          marks="near"
          focus={(key) => set({ within: key, sel: undefined }, true)}
          ready={setHandle}
        >
          <p className="graph-note" role="status">
            {several(rollup.data!.groupCount, 'group')}
            {rollup.data!.groupCount > drawn.nodes.length && `, the largest ${drawn.nodes.length} are drawn`}
            {`, ${several(rollup.data!.edgeCount, 'pair')} with edges`}
            {rollup.data!.hiddenEdges > 0 && ` · ${count(rollup.data!.hiddenEdges)} lighter ones are not drawn`}
          </p>
        </Drawing>
      )}
    </Workspace>
  );
}

type Rollup = NonNullable<ReturnType<typeof useAsk<'graphRollup'>>['data']>;

function drawnOf({ groups, edges }: Rollup, level: string): Drawn {
  const shown = groups.slice(0, mostGroups);
  const keys = new Set(shown.map(({ key }) => key));
  // What all keys begin with says nothing; their ends tell them apart.
  return {
    ...{ root: '', frontier: [] },
    nodes: shown.map(({ key, nodes }) => ({
      ...{ id: key, type: level === 'folder' ? 'folder' : level, package: '' },
      ...{ name: key.split('/').slice(-2).join('/') || 'none', materialization: several(nodes, 'node') },
    })),
    edges: edges.filter(({ from, to }) => keys.has(from) && keys.has(to)),
  };
}
