'use client';
import type { RunNode } from '@headgate/contracts';
import { X } from 'lucide-react';
import Link from 'next/link';
import { usePlace } from '../shell/place.tsx';
import { AssetIcon, State } from '../ui/marks.tsx';
import { count, duration, nameOf, stamp, typeOf } from '../ui/words.ts';
import { outcomeOf } from './outcomes.ts';

/** One node of a run: how it went, its tests, where to read on. */
export function NodePanel({ id, nodes, close }: { id: string; nodes: RunNode[]; close: () => void }) {
  const place = usePlace();
  const node = nodes.find((one) => one.node === id);
  const name = nameOf(id);
  const tests = nodes.filter(
    (one) => typeOf(one.node).endsWith('test') && one.node !== id && nameOf(one.node).includes(`_${name}_`),
  );
  return (
    <aside className="node-panel panel scroll" aria-label={name} tabIndex={0}>
      <section>
        <h3>
          <AssetIcon type={typeOf(id)} />
          <span className="cut grow" title={id}>
            {name}
          </span>
          <button className="button quiet small square" onClick={close} aria-label="Close the panel">
            <X size={14} aria-hidden />
          </button>
        </h3>
        {node ? (
          <>
            <State state={node.status} />
            <dl className="pairs" style={{ marginTop: 10 }}>
              <dt>Took</dt>
              <dd className="num">{node.durationMs === undefined ? 'not over' : duration(node.durationMs)}</dd>
              <dt>Began</dt>
              <dd className="num">{node.startedAt ? stamp(node.startedAt) : 'not yet'}</dd>
              <dt>Attempt</dt>
              <dd className="num">{node.attempt}</dd>
              {node.rows !== undefined && node.rows >= 0 && (
                <>
                  <dt>Rows</dt>
                  <dd className="num">{count(node.rows)}</dd>
                </>
              )}
              <dt>Relation</dt>
              <dd className="mono">{node.relation ?? 'none'}</dd>
              <dt>Cost</dt>
              <dd className="ink3">no basis</dd>
            </dl>
          </>
        ) : (
          <p className="ink2">This run does not touch it.</p>
        )}
      </section>
      {node?.message && (
        <section>
          <h3>{outcomeOf(node.status) === 'bad' ? 'What went wrong' : 'What dbt said'}</h3>
          <pre className="code" tabIndex={0} style={{ whiteSpace: 'pre-wrap' }}>
            {node.message}
          </pre>
        </section>
      )}
      {tests.length > 0 && (
        <section>
          <h3>
            Tests <span className="ink3 t12">{tests.length}</span>
          </h3>
          {tests.map((test) => (
            <p className="row t12" key={test.node} style={{ minHeight: 24 }}>
              <State state={test.status} bare />
              <span className="cut grow" title={test.node}>
                {nameOf(test.node)}
              </span>
            </p>
          ))}
        </section>
      )}
      <section className="row wrap">
        <Link className="button small" href={place.to('assets', id, 'sql')}>
          SQL
        </Link>
        <Link className="button small" href={place.to('assets', id, 'runs')}>
          Earlier builds
        </Link>
        <Link className="button small" href={`${place.to('graph')}?root=${encodeURIComponent(id)}`}>
          Graph
        </Link>
      </section>
    </aside>
  );
}
