'use client';
import { Crosshair, EyeOff, Route } from 'lucide-react';
import Link from 'next/link';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer } from '../ui/blocks.tsx';
import { AssetIcon, State } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { ago, count, duration, kindOf, nameOf } from '../ui/words.ts';
import type { Frontier } from './drawn.ts';
import type { GraphState } from './workspace.tsx';

interface Props extends GraphState {
  id: string;
  /** What the drawing is around; empty on the map. */
  root?: string;
  focus: (id: string) => void;
  hide?: (id: string) => void;
  open?: (opens: string) => void;
  frontier?: readonly Frontier[];
}
const most = 8;

/** The selected node: what it is, what a change of it reaches, its neighbours. */
export function Detail({ id, root = '', focus, hide, open, frontier = [], query, set }: Props) {
  const place = usePlace();
  const { project, environment } = place;
  const asset = useAsk('assetsGet', { project, environment, asset: id }, { keep: true });
  const now = useNow();
  return (
    <aside className="graph-detail panel scroll" aria-label={nameOf(id)} tabIndex={0}>
      <Answer of={asset}>
        {({ asset: found, parents, children, parentCount, childCount, statistics }) => (
          <>
            <section>
              <p className="t12 ink3 row">
                <AssetIcon type={found.type} built={found.materialization} /> {found.materialization ?? found.type}
              </p>
              <h2 className="cut" style={{ margin: '2px 0 4px' }} title={found.id}>
                {found.name}
              </h2>
              <p className={found.description ? 'ink2' : 'ink3'}>{found.description || 'No description'}</p>
              <div className="row wrap" style={{ marginTop: 8, gap: 6 }}>
                {statistics.last && <State state={statistics.last.status} />}
                <span className="chip">{found.owner ?? 'No owner'}</span>
              </div>
              <div className="row wrap" style={{ marginTop: 10, gap: 6 }}>
                <Link className="button small primary" href={place.to('assets', found.id, 'overview')}>
                  Open asset
                </Link>
                {id !== root && (
                  <button className="button small" onClick={() => focus(found.id)} title="e">
                    <Crosshair size={14} aria-hidden /> Focus
                  </button>
                )}
                {root && id !== root && (
                  <>
                    <button
                      className="button small"
                      aria-pressed={query.get('to') === found.id}
                      onClick={() => set({ to: query.get('to') === found.id ? undefined : found.id }, true)}
                      title={`The way between it and ${nameOf(root)}`}
                    >
                      <Route size={14} aria-hidden /> Path
                    </button>
                    <button className="button small" onClick={() => hide?.(found.id)} title="h">
                      <EyeOff size={14} aria-hidden /> Hide
                    </button>
                  </>
                )}
              </div>
              {open && frontier.length > 0 && (
                <div className="row wrap" style={{ marginTop: 6, gap: 6 }}>
                  {frontier.map(({ direction, hidden }) => (
                    <button className="button small" key={direction} onClick={() => open(`${direction}:${id}`)}>
                      Show {hidden} more {direction}
                    </button>
                  ))}
                </div>
              )}
            </section>
            <Reaches id={id} />
            <Side word="Upstream" nodes={parents} many={parentCount} focus={focus} />
            <Side word="Downstream" nodes={children} many={childCount} focus={focus} />
            {statistics.last && (
              <dl className="pairs body">
                <dt>Last run</dt>
                <dd>
                  {statistics.last.durationMs !== undefined && `${duration(statistics.last.durationMs)}, `}
                  {statistics.last.finishedAt && now > 0 && ago(statistics.last.finishedAt, now)}
                </dd>
                <dt>Runs</dt>
                <dd className="num">
                  {statistics.succeeded} of {statistics.runs} succeeded
                </dd>
              </dl>
            )}
          </>
        )}
      </Answer>
    </aside>
  );
}

/** What a change of it reaches, by kind and by owner. */
function Reaches({ id }: { id: string }) {
  const place = usePlace();
  const { project, environment } = place;
  const impact = useAsk('assetsImpact', { project, environment, asset: id, limit: 1 }, { keep: true });
  return (
    <section>
      <h3>If it changes</h3>
      <Answer of={impact} bones={1}>
        {({ total, byType, byOwner, exposureCount }) => {
          const owners = byOwner.filter(({ value }) => value !== '');
          const nobody = byOwner.find(({ value }) => value === '')?.count ?? 0;
          if (total === 0) return <p className="ink3">Nothing reads it.</p>;
          return (
            <>
              <div className="tiles">
                <div>
                  <b className="big">{count(byType['model'] ?? 0)}</b>
                  {kindOf(byType['model'] ?? 0, 'model')}
                </div>
                <div>
                  <b className="big">{count(exposureCount)}</b>
                  {kindOf(exposureCount, 'exposure')}
                </div>
                <div>
                  <b className="big">{count(owners.length)}</b>
                  {kindOf(owners.length, 'owner')}
                </div>
              </div>
              <p className="t12 ink2" style={{ marginTop: 6 }}>
                {owners.slice(0, 3).map(({ value, count: many }) => `${value} ${count(many)}, `)}
                {nobody > 0 ? `${count(nobody)} without an owner. ` : ''}
                <Link className="link" href={place.to('assets', id, 'lineage')}>
                  All {count(total)}
                </Link>
              </p>
            </>
          );
        }}
      </Answer>
    </section>
  );
}

interface Neighbour {
  id: string;
  type: string;
  name: string;
  materialization?: string;
}

function Side({
  word,
  nodes,
  many,
  focus,
}: {
  word: string;
  nodes: Neighbour[];
  many: number;
  focus: (id: string) => void;
}) {
  return (
    <section>
      <h3>
        {word} <span className="ink3 t12">{count(many)} direct</span>
      </h3>
      {nodes.slice(0, most).map((node) => (
        <button className="leaf" key={node.id} title={node.id} onClick={() => focus(node.id)}>
          <AssetIcon type={node.type} built={node.materialization} />
          <span className="cut">{node.name}</span>
        </button>
      ))}
      {many > most && <p className="t12 ink3">and {count(many - Math.min(most, nodes.length))} more</p>}
    </section>
  );
}
