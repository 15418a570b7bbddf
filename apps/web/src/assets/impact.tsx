'use client';
import type { Asset, AssetDetail } from '@headgate/contracts';
import { Columns3, Workflow } from 'lucide-react';
import Link from 'next/link';
import { usePages } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer, Empty } from '../ui/blocks.tsx';
import { AssetIcon } from '../ui/marks.tsx';
import { count, kindOf } from '../ui/words.ts';

const step = 50;
const mostValues = 6;

/** What breaks after it: everything a change reaches, whose it is, and what it reads itself. */
export function AssetImpact({ detail: { asset, parents, parentCount } }: { detail: AssetDetail }) {
  const place = usePlace();
  const { project, environment } = place;
  const impact = usePages('assetsImpact', { project, environment, asset: asset.id, limit: step });
  const graph = (more: Record<string, string>) =>
    `${place.to('graph')}?${new URLSearchParams({ root: asset.id, ...more })}`;
  return (
    <div className="halves" style={{ paddingTop: 16 }}>
      <section className="card" aria-labelledby="impact">
        <header>
          <h2 id="impact" className="grow">
            If it changes
          </h2>
          <Link className="link t12 row" href={graph({ down: '3', up: '0' })}>
            <Workflow size={14} aria-hidden /> Graph
          </Link>
        </header>
        <Answer of={impact}>
          {({ pages }) => {
            const [{ total, byType, byOwner, byPackage, exposures, exposureCount }] = pages as [(typeof pages)[0]];
            const listed = pages.flatMap(({ items }) => items);
            if (total === 0)
              return <Empty title="Nothing reads it">A change here reaches nothing that Headgate knows.</Empty>;
            return (
              <>
                <div className="tiles body">
                  {Object.entries(byType).map(([type, value]) => (
                    <div key={type}>
                      <b className="big">{count(value)}</b>
                      {kindOf(value, type)}
                    </div>
                  ))}
                </div>
                <dl className="pairs body">
                  <dt>Owners</dt>
                  <dd>{valuesOf(byOwner, 'without an owner')}</dd>
                  <dt>Packages</dt>
                  <dd>{valuesOf(byPackage, 'no package')}</dd>
                  {exposureCount > 0 && (
                    <>
                      <dt>Exposures</dt>
                      <dd>
                        {exposures.slice(0, mostValues).map(({ id, name }, at) => (
                          <span key={id}>
                            {at > 0 && ', '}
                            <Link className="link" href={place.to('assets', id, 'overview')}>
                              {name}
                            </Link>
                          </span>
                        ))}
                        {exposureCount > mostValues && ` and ${count(exposureCount - mostValues)} more`}
                      </dd>
                    </>
                  )}
                </dl>
                <List assets={listed} />
                {impact.hasNextPage && (
                  <div className="line">
                    <button className="button small" onClick={() => void impact.fetchNextPage()}>
                      Show {count(Math.min(step, total - listed.length))} more
                    </button>
                    <span className="t12 ink3">
                      {count(listed.length)} of {count(total)}
                    </span>
                  </div>
                )}
              </>
            );
          }}
        </Answer>
      </section>
      <section className="card" aria-labelledby="reads">
        <header>
          <h2 id="reads" className="grow">
            It reads <span className="ink3 num">{count(parentCount)}</span>
          </h2>
          <Link className="link t12 row" href={graph({ columns: '1' })}>
            <Columns3 size={14} aria-hidden /> Columns
          </Link>
        </header>
        {parents.length === 0 ? <Empty title="It reads nothing" /> : <List assets={parents} />}
        {parentCount > parents.length && (
          <p className="line t12 ink3">
            The first {parents.length} of {count(parentCount)} are listed.
          </p>
        )}
      </section>
    </div>
  );
}

/** finance 12, ops 3, 4 without an owner. */
function valuesOf(values: readonly { value: string; count: number }[], none: string): string {
  const named = values.filter(({ value }) => value !== '');
  const nobody = values.find(({ value }) => value === '')?.count ?? 0;
  return [
    ...named.slice(0, mostValues).map(({ value, count: many }) => `${value} ${count(many)}`),
    ...(named.length > mostValues ? [`${named.length - mostValues} others`] : []),
    ...(nobody > 0 ? [`${count(nobody)} ${none}`] : []),
  ].join(', ');
}

function List({ assets }: { assets: Asset[] }) {
  const place = usePlace();
  return assets.map((one) => (
    <Link className="line" key={one.id} href={place.to('assets', one.id, 'lineage')}>
      <span className="ink3 row">
        <AssetIcon type={one.type} built={one.materialization} />
      </span>
      <span className="grow cut">{one.name}</span>
      <span className="t12 ink3">{one.owner}</span>
      <span className="t12 ink3">{one.materialization ?? one.type.replace(/_/g, ' ')}</span>
    </Link>
  ));
}
