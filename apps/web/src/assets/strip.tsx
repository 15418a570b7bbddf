'use client';
import type { Asset, AssetDetail } from '@headgate/contracts';
import { MoveRight } from 'lucide-react';
import Link from 'next/link';
import { usePlace } from '../shell/place.tsx';
import { AssetIcon } from '../ui/marks.tsx';
import { several } from '../ui/words.ts';

const most = 5;

const isTest = ({ type }: Asset) => type === 'test' || type === 'unit_test';

/** What it reads on the left, what reads it on the right. */
export function Strip({ detail: { asset, parents, children } }: { detail: AssetDetail }) {
  return (
    <div
      className="strip"
      role="group"
      aria-label={`${asset.name} reads ${parents.length} and feeds ${children.length}`}
    >
      <Side assets={parents} none="reads nothing" id={asset.id} />
      <MoveRight size={20} aria-hidden />
      <span className="strip-self">
        <AssetIcon type={asset.type} built={asset.materialization} />
        <span className="cut">{asset.name}</span>
      </span>
      <MoveRight size={20} aria-hidden />
      <Side assets={children} none="feeds nothing" id={asset.id} />
    </div>
  );
}

function Side({ assets, none, id }: { assets: Asset[]; none: string; id: string }) {
  const place = usePlace();
  const shown = assets.filter((one) => !isTest(one));
  const tests = assets.length - shown.length;
  return (
    <div className="row wrap">
      {assets.length === 0 && <span className="t12 ink3">{none}</span>}
      {shown.slice(0, most).map((one) => (
        <Link className="chip" key={one.id} href={place.to('assets', one.id, 'overview')} title={one.id}>
          <AssetIcon type={one.type} built={one.materialization} size={12} />
          <span className="cut">{one.name}</span>
        </Link>
      ))}
      {shown.length > most && (
        <Link className="chip" href={place.to('assets', id, 'lineage')}>
          +{shown.length - most} more
        </Link>
      )}
      {tests > 0 && (
        <Link className="chip" href={place.to('assets', id, 'lineage')}>
          {several(tests, 'test')}
        </Link>
      )}
    </div>
  );
}
