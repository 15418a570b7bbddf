'use client';
import { useAsk } from '../api/queries.ts';
import { usePlace, useQueryState } from '../shell/place.tsx';
import { useKeys } from '../shell/keys.ts';
import { Empty, Refused } from '../ui/blocks.tsx';
import { several } from '../ui/words.ts';
import { Bar } from './bar.tsx';
import { Detail } from './detail.tsx';
import { type Drawn, Drawing } from './drawing.tsx';
import { Groups } from './groups.tsx';
import { SnapshotMap } from './map.tsx';
import { Tree } from './tree.tsx';
import { Twin } from './twin.tsx';

const mostDeep = 12;

/** What feeds this, what breaks after it? All of it is in the address. */
export function Graph() {
  const [query, set] = useQueryState();
  const root = query.get('root') ?? '';
  const view = query.get('view') ?? (root ? 'focus' : 'map');
  return (
    <div className="fixed">
      <h1 className="unseen">Graph</h1>
      {view === 'focus' && root ? (
        <Focus root={root} query={query} set={set} />
      ) : view === 'group' ? (
        <Groups query={query} set={set} />
      ) : (
        <SnapshotMap query={query} set={set} />
      )}
    </div>
  );
}

export interface GraphState {
  query: URLSearchParams;
  set: (change: Record<string, string | undefined>, push?: boolean) => void;
}

function Focus({ root, query, set }: GraphState & { root: string }) {
  const { project, environment } = usePlace();
  const [up, down] = [Number(query.get('up') ?? 2), Number(query.get('down') ?? 2)];
  const tests = query.get('tests') === '1';
  const selected = query.get('sel') ?? root;
  const hidden = new Set(query.get('hide')?.split(' ').filter(Boolean));
  const isTable = query.get('twin') === 'table';
  const input = { project, environment, root, up, down, limit: 400, tests };
  const near = useAsk('graphNeighbourhood', input, { keep: true });
  const deep = (name: 'up' | 'down', by: number) => {
    const now = name === 'up' ? up : down;
    set({ [name]: String(Math.max(0, Math.min(mostDeep, now + by))) });
  };
  const focus = (id: string) => set({ root: id, sel: undefined, hide: undefined }, true);
  const hide = (id: string) => id !== root && set({ hide: [...hidden, id].join(' '), sel: undefined });
  useKeys({
    '[': () => deep('up', -1),
    ']': () => deep('up', 1),
    '{': () => deep('down', -1),
    '}': () => deep('down', 1),
    t: () => set({ twin: isTable ? undefined : 'table' }),
    e: () => focus(selected),
    h: () => hide(selected),
    Escape: () => set({ sel: undefined }),
  });
  const drawn = near.data && drawnOf(near.data, hidden, selected);
  return (
    <div className="graph">
      <Tree nodes={near.data?.nodes ?? []} selected={selected} select={(id) => set({ sel: id })} focus={focus} />
      <div className="graph-main">
        <Bar query={query} set={set} up={up} down={down} drawn={drawn} />
        {near.error && !near.data ? (
          <Refused error={near.error} retry={() => void near.refetch()} />
        ) : !drawn ? (
          <div className="graph-canvas" role="status" aria-label="Loading the graph" />
        ) : isTable ? (
          <Twin drawn={drawn} selected={selected} select={(id) => set({ sel: id })} focus={focus} />
        ) : (
          <Drawing
            drawn={drawn}
            select={(id) => set({ sel: id })}
            focus={focus}
            more={(direction) => deep(direction, 1)}
          >
            <p className="graph-note" role="status">
              Showing {several(drawn.nodes.length, 'node')}
              {drawn.beyond > 0 && ` · ${drawn.beyond} lie deeper`}
              {hidden.size > 0 && (
                <button className="link" onClick={() => set({ hide: undefined })}>
                  {' '}
                  · show {hidden.size} hidden
                </button>
              )}
              {near.data!.truncated && ' · cut at 400'}
            </p>
          </Drawing>
        )}
      </div>
      {selected ? (
        <Detail id={selected} focus={focus} isRoot={selected === near.data?.root} />
      ) : (
        <Empty title="Nothing is selected" />
      )}
    </div>
  );
}

type Near = NonNullable<ReturnType<typeof useAsk<'graphNeighbourhood'>>['data']>;

function drawnOf({ nodes, edges, frontier, root }: Near, hidden: Set<string>, selected: string): Drawn {
  const shown = nodes.filter(({ id }) => !hidden.has(id));
  const ids = new Set(shown.map(({ id }) => id));
  return {
    root,
    selected,
    nodes: shown,
    edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
    frontier: frontier.filter(({ node }) => ids.has(node)),
    beyond: frontier.reduce((sum, one) => sum + one.hidden, 0),
  };
}
