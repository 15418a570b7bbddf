'use client';
import type { Asset, AssetDetail } from '@headgate/contracts';
import Link from 'next/link';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer, Empty } from '../ui/blocks.tsx';
import { AssetIcon } from '../ui/marks.tsx';
import { count } from '../ui/words.ts';

/** What breaks after it: everything a change reaches. */
export function AssetImpact({ detail: { asset, parents } }: { detail: AssetDetail }) {
  const { project, environment } = usePlace();
  const impact = useAsk('assetsImpact', { project, environment, asset: asset.id });
  return (
    <div className="halves" style={{ paddingTop: 16 }}>
      <section className="card" aria-labelledby="impact">
        <header>
          <h2 id="impact">If it changes</h2>
        </header>
        <Answer of={impact}>
          {({ total, byType, items, truncated }) =>
            total === 0 ? (
              <Empty title="Nothing reads it">A change here reaches nothing that Headgate knows.</Empty>
            ) : (
              <>
                <div className="tiles body">
                  {Object.entries(byType).map(([type, value]) => (
                    <div key={type}>
                      <b className="big">{count(value)}</b>
                      {type}
                    </div>
                  ))}
                </div>
                <List assets={items} />
                {truncated && (
                  <p className="line t12 ink3">
                    The first {items.length} of {count(total)} are listed.
                  </p>
                )}
              </>
            )
          }
        </Answer>
      </section>
      <section className="card" aria-labelledby="reads">
        <header>
          <h2 id="reads">It reads</h2>
          <span className="ink3 num">{parents.length}</span>
        </header>
        {parents.length === 0 ? <Empty title="It reads nothing" /> : <List assets={parents} />}
      </section>
    </div>
  );
}

function List({ assets }: { assets: Asset[] }) {
  const place = usePlace();
  return assets.map((one) => (
    <Link className="line" key={one.id} href={place.to('assets', one.id, 'lineage')}>
      <span className="ink3 row">
        <AssetIcon type={one.type} built={one.materialization} />
      </span>
      <span className="grow cut">{one.name}</span>
      <span className="t12 ink3">{one.materialization ?? one.type}</span>
    </Link>
  ));
}
