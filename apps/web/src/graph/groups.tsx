'use client';
import { usePlace } from '../shell/place.tsx';
import { useAsk } from '../api/queries.ts';
import { Refused } from '../ui/blocks.tsx';
import { count, several } from '../ui/words.ts';
import { Bar } from './bar.tsx';
import { type Drawn, Drawing } from './drawing.tsx';
import type { GraphState } from './graph.tsx';
import { Twin } from './twin.tsx';

const levels = ['folder', 'package', 'schema'] as const;
const topOf = 3;

/** The whole snapshot by folder, package or schema: groups, and how many edges go between them. */
export function Groups({ query, set }: GraphState) {
  const { project, environment } = usePlace();
  const level = levels.find((one) => one === query.get('level')) ?? 'folder';
  const rollup = useAsk('graphRollup', { project, environment, level, top: topOf }, { keep: true });
  const selected = query.get('sel') ?? '';
  const drawn: Drawn | undefined = rollup.data && {
    ...{ root: '', selected, frontier: [], beyond: rollup.data.hiddenEdges },
    nodes: rollup.data.groups.slice(0, 400).map(({ key, nodes }) => ({
      id: key,
      name: `${key || 'no folder'} · ${count(nodes)}`,
      type: level,
      package: '',
    })),
    edges: rollup.data.edges,
  };
  if (drawn) {
    const ids = new Set(drawn.nodes.map(({ id }) => id));
    drawn.edges = drawn.edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
  }
  const select = (id: string) => set({ sel: id });
  return (
    <div className="graph whole">
      <div className="graph-main">
        <Bar query={query} set={set} drawn={drawn} />
        {rollup.error && !drawn ? (
          <Refused error={rollup.error} retry={() => void rollup.refetch()} />
        ) : !drawn ? (
          <div className="graph-canvas" role="status" aria-label="Loading the groups" />
        ) : query.get('twin') === 'table' ? (
          <Twin drawn={drawn} selected={selected} select={select} focus={select} />
        ) : (
          <Drawing drawn={drawn} select={select} focus={select} more={() => {}}>
            <p className="graph-note" role="status">
              {several(rollup.data!.groupCount, 'group')}, {several(rollup.data!.edgeCount, 'pair')} with edges
              {rollup.data!.hiddenEdges > 0 && `, ${rollup.data!.hiddenEdges} lighter ones are not drawn`}
            </p>
            <div className="segments graph-level" role="group" aria-label="Group by">
              {levels.map((one) => (
                <button key={one} aria-pressed={level === one} onClick={() => set({ level: one, sel: undefined })}>
                  {one}
                </button>
              ))}
            </div>
          </Drawing>
        )}
      </div>
    </div>
  );
}
