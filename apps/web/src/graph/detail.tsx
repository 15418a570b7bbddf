'use client';
import { Crosshair } from 'lucide-react';
import Link from 'next/link';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer } from '../ui/blocks.tsx';
import { AssetIcon } from '../ui/marks.tsx';
import { count, nameOf } from '../ui/words.ts';

const most = 8;

/** The selected node: what it is, what a change of it reaches, its neighbours. */
export function Detail({ id, focus, isRoot }: { id: string; focus: (id: string) => void; isRoot: boolean }) {
  const place = usePlace();
  const { project, environment } = place;
  const asset = useAsk('assetsGet', { project, environment, asset: id }, { keep: true });
  const impact = useAsk('assetsImpact', { project, environment, asset: id }, { keep: true });
  return (
    <aside className="graph-detail panel scroll" aria-label={nameOf(id)} tabIndex={0}>
      <Answer of={asset}>
        {({ asset: found, parents, children }) => (
          <>
            <section>
              <p className="t12 ink3 row">
                <AssetIcon type={found.type} built={found.materialization} /> {found.materialization ?? found.type}
              </p>
              <h2 className="cut" style={{ margin: '2px 0 4px' }} title={found.id}>
                {found.name}
              </h2>
              <p className="ink2">{found.description || 'Nobody described it yet.'}</p>
              <div className="row" style={{ marginTop: 10 }}>
                <Link className="button small primary" href={place.to('assets', found.id, 'overview')}>
                  Open asset
                </Link>
                {!isRoot && (
                  <button className="button small" onClick={() => focus(found.id)} title="e">
                    <Crosshair size={14} aria-hidden /> Focus
                  </button>
                )}
              </div>
            </section>
            <section>
              <h3>If it changes</h3>
              <Answer of={impact} bones={1}>
                {({ total, byType }) => (
                  <div className="tiles">
                    <div>
                      <b className="big">{count(total)}</b>reached
                    </div>
                    {Object.entries(byType)
                      .slice(0, 2)
                      .map(([type, value]) => (
                        <div key={type}>
                          <b className="big">{count(value)}</b>
                          {type}
                        </div>
                      ))}
                  </div>
                )}
              </Answer>
            </section>
            <Side word="Upstream" nodes={parents} focus={focus} />
            <Side word="Downstream" nodes={children} focus={focus} />
          </>
        )}
      </Answer>
    </aside>
  );
}

interface Neighbour {
  id: string;
  type: string;
  name: string;
  materialization?: string;
}

function Side({ word, nodes, focus }: { word: string; nodes: Neighbour[]; focus: (id: string) => void }) {
  return (
    <section>
      <h3>
        {word} <span className="ink3 t12">{nodes.length} direct</span>
      </h3>
      {nodes.slice(0, most).map((node) => (
        <button className="leaf" key={node.id} onClick={() => focus(node.id)}>
          <AssetIcon type={node.type} built={node.materialization} />
          <span className="cut">{node.name}</span>
        </button>
      ))}
      {nodes.length > most && <p className="t12 ink3">and {nodes.length - most} more</p>}
    </section>
  );
}
