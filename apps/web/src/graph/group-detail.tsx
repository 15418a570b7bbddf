'use client';
import type { GraphRollupOutput } from '@headgate/contracts';
import { ZoomIn } from 'lucide-react';
import { useMemo } from 'react';
import { AssetIcon } from '../ui/marks.tsx';
import { count, kindOf, nameOf, several } from '../ui/words.ts';
import { useSkeleton } from './use-skeleton.ts';
import type { GraphState } from './workspace.tsx';

interface Props extends GraphState {
  rollup: GraphRollupOutput | undefined;
  level: 'folder' | 'package' | 'schema';
  selected: string;
  focus: (id: string) => void;
}
const most = 60;

/** What a group holds, and which groups it reads and feeds most. */
export function GroupDetail({ rollup, level, selected, set, focus }: Props) {
  const group = rollup?.groups.find(({ key }) => key === selected);
  if (!rollup || !group)
    return (
      <aside className="graph-detail panel" aria-label="Nothing is selected">
        <section>
          <h2>Nothing is selected</h2>
          <p className="ink2" style={{ marginTop: 4 }}>
            Click a group to see what it holds, which groups feed it and which it feeds. The figure on a group counts
            its nodes, a wide line many edges.
          </p>
        </section>
      </aside>
    );
  const side = (end: 'from' | 'to') =>
    rollup.edges
      .filter((edge) => edge[end === 'from' ? 'to' : 'from'] === selected)
      .sort((one, other) => other.count - one.count)
      .map((edge) => ({ key: edge[end], many: edge.count }));
  return (
    <aside className="graph-detail panel scroll" aria-label={selected} tabIndex={0}>
      <section>
        <p className="t12 ink3">{level}</p>
        <h2 style={{ margin: '2px 0 8px', overflowWrap: 'anywhere' }}>{selected || 'none'}</h2>
        <button className="button small" onClick={() => set({ within: selected, sel: undefined }, true)}>
          <ZoomIn size={14} aria-hidden /> Only this
        </button>
      </section>
      <section>
        <div className="tiles">
          {Object.entries(group.byType).map(([type, many]) => (
            <div key={type}>
              <b className="big">{count(many)}</b>
              {kindOf(many, type)}
            </div>
          ))}
          <div>
            <b className="big">{count(group.inside)}</b>edges inside
          </div>
        </div>
      </section>
      <Side word="It reads" groups={side('from')} set={set} />
      <Side word="It feeds" groups={side('to')} set={set} />
      {level !== 'schema' && <Members level={level} group={selected} focus={focus} />}
    </aside>
  );
}

function Side({ word, groups, set }: { word: string; groups: { key: string; many: number }[]; set: Props['set'] }) {
  return (
    <section>
      <h3>
        {word} <span className="ink3 t12">{several(groups.length, 'group')}</span>
      </h3>
      {groups.map(({ key, many }) => (
        <button className="leaf" key={key} title={key} onClick={() => set({ sel: key })}>
          <span className="cut grow">{key || 'none'}</span>
          <span className="num ink3">{several(many, 'edge')}</span>
        </button>
      ))}
    </section>
  );
}

/** The nodes of a group, as the map has them. */
function Members({ level, group, focus }: { level: 'folder' | 'package'; group: string; focus: (id: string) => void }) {
  const { model } = useSkeleton();
  const nodes = useMemo(() => {
    if (!model) return [];
    const { packages, folders } = model.skeleton;
    const isIn = (node: number) =>
      level === 'package' ? packages[node] === group : `${packages[node]}/${folders[node]}` === group;
    return [...model.x.keys()].filter(isIn);
  }, [model, level, group]);
  if (!model || nodes.length === 0) return null;
  return (
    <section>
      <h3>
        In it <span className="ink3 t12">{several(nodes.length, 'node')} of the map</span>
      </h3>
      {nodes.slice(0, most).map((node) => {
        const id = model.skeleton.ids[node]!;
        return (
          <button className="leaf" key={id} title={id} onClick={() => focus(id)}>
            <AssetIcon type={model.skeleton.types[node]!} built={model.skeleton.materializations[node]} />
            <span className="cut">{nameOf(id)}</span>
          </button>
        );
      })}
      {nodes.length > most && <p className="t12 ink3">and {count(nodes.length - most)} more</p>}
    </section>
  );
}
