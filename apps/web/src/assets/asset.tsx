'use client';
import type { AssetDetail } from '@headgate/contracts';
import { CircleAlert, ListChecks, Tag, Workflow } from 'lucide-react';
import Link from 'next/link';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer } from '../ui/blocks.tsx';
import { CopyButton } from '../ui/code.tsx';
import { AssetIcon } from '../ui/marks.tsx';
import { AssetColumns } from './columns.tsx';
import { AssetImpact } from './impact.tsx';
import { AssetRuns } from './asset-runs.tsx';
import { AssetSql } from './asset-sql.tsx';
import { Strip } from './strip.tsx';

const tabs = [
  ['overview', 'Overview'],
  ['columns', 'Columns'],
  ['lineage', 'Lineage'],
  ['runs', 'Runs'],
  ['sql', 'SQL'],
] as const;

/** Can I trust and use this table? */
export function Asset({ id, tab }: { id: string; tab: string }) {
  const { project, environment } = usePlace();
  const asset = useAsk('assetsGet', { project, environment, asset: id });
  return (
    <Answer of={asset} isPage>
      {(detail) => <Detail detail={detail} tab={tab} />}
    </Answer>
  );
}

function Detail({ detail, tab }: { detail: AssetDetail; tab: string }) {
  const place = usePlace();
  const { asset, columns } = detail;
  return (
    <>
      <header className="head">
        <div className="row between wrap" style={{ rowGap: 8 }}>
          <div className="row">
            <AssetIcon type={asset.type} built={asset.materialization} size={18} />
            <h1 className="cut">{asset.name}</h1>
            <CopyButton text={asset.relation ?? asset.id} label="Copy its name" />
          </div>
          <div className="row">
            <Link className="button" href={`${place.to('plans')}?new=1`}>
              <ListChecks size={14} aria-hidden /> Plan
            </Link>
            <Link className="button primary" href={`${place.to('graph')}?root=${encodeURIComponent(asset.id)}`}>
              <Workflow size={14} aria-hidden /> Graph
            </Link>
          </div>
        </div>
        <p className="ink2" style={{ marginTop: 4, maxWidth: 760 }}>
          {asset.description || 'Nobody described it yet.'}
        </p>
        <div className="row wrap" style={{ marginTop: 9 }}>
          <span className="chip">{asset.materialization ?? asset.type}</span>
          {asset.owner ? (
            <span className="chip">{asset.owner}</span>
          ) : (
            <span className="state is-warn">
              <CircleAlert size={12} aria-hidden /> No owner
            </span>
          )}
          {asset.tags.map((tag) => (
            <Link className="chip" key={tag} href={`${place.to('catalog')}?tag=${encodeURIComponent(tag)}`}>
              <Tag size={12} aria-hidden /> {tag}
            </Link>
          ))}
        </div>
      </header>
      <nav className="tabs" aria-label="Parts of this asset">
        {tabs.map(([name, word]) => (
          <Link key={name} href={place.to('assets', asset.id, name)} aria-current={tab === name ? 'page' : undefined}>
            {word}
            {name === 'columns' && <span className="ink3 t11 num">{columns.length}</span>}
          </Link>
        ))}
      </nav>
      <Strip detail={detail} />
      {tab === 'overview' && <About detail={detail} />}
      {tab === 'columns' && <AssetColumns id={asset.id} columns={columns} />}
      {tab === 'lineage' && <AssetImpact detail={detail} />}
      {tab === 'runs' && <AssetRuns id={asset.id} />}
      {tab === 'sql' && <AssetSql id={asset.id} />}
    </>
  );
}

function About({ detail: { asset, columns, parents, children, snapshot } }: { detail: AssetDetail }) {
  const feeds = children.filter(({ type }) => !type.endsWith('test'));
  return (
    <div className="halves" style={{ paddingTop: 16 }}>
      <section className="card" aria-labelledby="about">
        <header>
          <h2 id="about">About</h2>
        </header>
        <dl className="pairs body">
          <dt>Owner</dt>
          <dd>{asset.owner ?? 'nobody'}</dd>
          <dt>Built as</dt>
          <dd>{asset.materialization ?? 'not built by dbt'}</dd>
          <dt>Relation</dt>
          <dd className="mono">{asset.relation ?? 'none'}</dd>
          <dt>Package</dt>
          <dd>{asset.package}</dd>
          <dt>Columns</dt>
          <dd>
            {columns.length === 0
              ? 'not known yet'
              : `${columns.length}, ${columns.filter(({ description }) => description).length} described`}
          </dd>
          <dt>Reads</dt>
          <dd>{parents.map(({ name }) => name).join(', ') || 'nothing'}</dd>
          <dt>Feeds</dt>
          <dd>{feeds.map(({ name }) => name).join(', ') || 'nothing'}</dd>
          <dt>Tests</dt>
          <dd>{children.length - feeds.length || 'none'}</dd>
          <dt>Id</dt>
          <dd className="mono">{asset.id}</dd>
          <dt>Snapshot</dt>
          <dd className="mono">{snapshot.slice(7, 19)}</dd>
        </dl>
      </section>
      <AssetRuns id={asset.id} isCard />
    </div>
  );
}
