'use client';
import { ArrowDown, ArrowUp, Workflow } from 'lucide-react';
import Link from 'next/link';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer } from '../ui/blocks.tsx';
import { nameOf, several } from '../ui/words.ts';

/** The selected hit, open already. */
export function Preview({ id }: { id: string }) {
  const place = usePlace();
  const { project, environment } = place;
  const asset = useAsk('assetsGet', { project, environment, asset: id }, { keep: true });
  return (
    <aside className="preview panel scroll" aria-label={`Preview of ${nameOf(id)}`} tabIndex={0}>
      <Answer of={asset}>
        {({ asset: found, columns, parents, children }) => (
          <>
            <section>
              <p className="t12 ink3">{[found.materialization, found.type].filter(Boolean).join(', ')}</p>
              <h2 style={{ margin: '2px 0 6px' }}>{found.name}</h2>
              <p className="ink2">{found.description || 'Nobody described it yet.'}</p>
              <div className="row" style={{ marginTop: 10 }}>
                <Link className="button small primary" href={place.to('assets', found.id, 'overview')}>
                  Open
                </Link>
                <Link className="button small" href={`${place.to('graph')}?root=${encodeURIComponent(found.id)}`}>
                  <Workflow size={14} aria-hidden /> Graph
                </Link>
              </div>
            </section>
            <section>
              <dl className="pairs">
                <dt>Owner</dt>
                <dd>{found.owner ?? 'nobody'}</dd>
                {found.relation && <dt>Relation</dt>}
                {found.relation && <dd className="mono">{found.relation}</dd>}
              </dl>
            </section>
            {columns.length > 0 && (
              <section>
                <h3>
                  Columns <span className="ink3 t12">{columns.length}</span>
                </h3>
                <dl className="pairs" style={{ gridTemplateColumns: '1fr auto' }}>
                  {columns.slice(0, 8).map(({ name, type }) => (
                    <div key={name} style={{ display: 'contents' }}>
                      <dd className="mono">{name}</dd>
                      <dd className="ink3">{type ?? ''}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            )}
            <section>
              <h3>Lineage</h3>
              <p className="row t12">
                <ArrowUp size={14} aria-hidden />{' '}
                <span className="cut grow">{parents.map(({ name }) => name).join(', ') || 'reads nothing'}</span>
                <span className="ink3">{several(parents.length, 'parent')}</span>
              </p>
              <p className="row t12" style={{ marginTop: 6 }}>
                <ArrowDown size={14} aria-hidden />{' '}
                <span className="cut grow">{children.map(({ name }) => name).join(', ') || 'feeds nothing'}</span>
                <span className="ink3">{children.length} below</span>
              </p>
            </section>
          </>
        )}
      </Answer>
    </aside>
  );
}
