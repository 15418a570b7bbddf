'use client';
import type { Plan, Run, Snapshot } from '@headgate/contracts';
import { ListChecks } from 'lucide-react';
import Link from 'next/link';
import { useAsk, useSession } from '../api/queries.ts';
import { useLive } from '../api/live.tsx';
import { openPlans } from '../plans/open-plans.ts';
import { countsLine, outcomes, takenMs } from '../runs/outcomes.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer, Empty } from '../ui/blocks.tsx';
import { AssetIcon, State } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { ago, brief, count, duration, several, short } from '../ui/words.ts';
import { factsOf, sentenceOf } from '../audit/sentence.ts';

/** Is data flowing, and what waits for me? */
export function Overview() {
  const { project, environment } = usePlace();
  const here = { project, environment };
  const plans = useAsk('plansList', { ...here, limit: 50 });
  const runs = useAsk('runsList', { ...here, limit: 50 });
  const snapshots = useAsk('snapshotsList', { ...here, limit: 1 });
  const { state } = useLive();
  const waiting = openPlans(plans.data?.items ?? []);
  const latest = (runs.data?.items ?? []).filter(({ kind }) => kind === 'plan');
  const lastEnded = latest.find(({ finishedAt }) => finishedAt !== undefined);
  const live = latest.filter(({ finishedAt }) => finishedAt === undefined).length;
  const snapshot = snapshots.data?.items[0];
  const flows =
    lastEnded === undefined ? 'has not run yet' : lastEnded.status === 'succeeded' ? 'is flowing' : 'stopped';
  const headline = `${environment[0]?.toUpperCase()}${environment.slice(1)} ${live > 0 ? 'is running' : flows}. ${
    waiting.length === 0 ? 'Nothing waits for you.' : `${several(waiting.length, 'plan')} waits for you.`
  }`;
  const skipped = plans.data?.items[0];
  return (
    <>
      <header className="hero">
        <div>
          <h1>{runs.data && plans.data ? headline : ' '}</h1>
          <p className="ink2">
            {snapshot
              ? `Snapshot ${short(snapshot.snapshot)}, ${several(snapshot.nodes, 'node')}, ${several(snapshot.edges, 'edge')}.`
              : 'No snapshot yet.'}{' '}
            {state === 'live' ? 'Every number here updates by itself.' : 'Reconnecting; the numbers are from before.'}
          </p>
        </div>
        <dl className="figures">
          <Figure value={snapshot ? count(snapshot.nodes) : 'none'} word="nodes" />
          <Figure
            value={skipped ? `${skipped.counts.skip} of ${skipped.total}` : 'none'}
            word="skipped in the newest plan"
          />
          <Figure
            value={`${latest.filter(({ status }) => status === 'succeeded').length} of ${latest.length}`}
            word="latest runs succeeded"
          />
        </dl>
      </header>
      <div className="halves">
        <div className="stack">
          <Waiting plans={waiting} isReady={plans.data !== undefined} />
          <Runs runs={runs} />
        </div>
        <div className="stack">
          {snapshot && <Inventory snapshot={snapshot} />}
          <Happened />
        </div>
      </div>
    </>
  );
}

function Figure({ value, word }: { value: string; word: string }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd className="big">{value}</dd>
    </div>
  );
}

function Waiting({ plans, isReady }: { plans: Plan[]; isReady: boolean }) {
  const place = usePlace();
  const now = useNow();
  return (
    <section className="card" aria-labelledby="waiting">
      <header>
        <h2 id="waiting">Waits for you</h2>
        <span className="ink3 num">{plans.length}</span>
      </header>
      {plans.map((plan) => (
        <div className="line" key={plan.id}>
          <ListChecks size={16} color="var(--warn)" aria-hidden />
          <div className="grow">
            <Link className="strong" href={place.to('plans', plan.id)}>
              Plan {brief(plan.id)}
            </Link>
            <p className="t12 ink3 cut">
              Your approval: {plan.counts.run} run, {plan.counts.partial} partial, {plan.counts.skip} skip. Proposed{' '}
              {now > 0 ? ago(plan.createdAt, now) : ''}
            </p>
          </div>
          <Link className="button small primary" href={place.to('plans', plan.id)}>
            Review plan
          </Link>
        </div>
      ))}
      {isReady && plans.length === 0 && (
        <div className="line">
          <span className="grow ink2">Nothing. A plan that would run something appears here.</span>
          <Link className="button small" href={`${place.to('plans')}?new=1`}>
            Plan now
          </Link>
        </div>
      )}
    </section>
  );
}

function Runs({ runs }: { runs: ReturnType<typeof useAsk<'runsList'>> }) {
  const place = usePlace();
  return (
    <section className="card" aria-labelledby="runs">
      <header>
        <h2 id="runs">Runs</h2>
        <span className="grow" />
        <Link className="link t12" href={place.to('runs')}>
          All runs
        </Link>
      </header>
      <Answer of={runs}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing has run here">Approve a plan, and its run appears.</Empty>
          ) : (
            items.slice(0, 7).map((run) => <RunLine key={run.id} run={run} />)
          )
        }
      </Answer>
    </section>
  );
}

function RunLine({ run }: { run: Run }) {
  const place = usePlace();
  const now = useNow();
  return (
    <Link className="line run-line" href={place.to('runs', run.id)}>
      <State state={run.status} />
      <span className="cut">
        <b>{brief(run.id)}</b> {run.kind === 'plan' ? countsLine(run.counts) : run.kind}
      </span>
      <span className="bar" role="img" aria-label={countsLine(run.counts) || 'nothing yet'}>
        {outcomes(run).map(([name, total]) => (
          <i key={name} className={name} style={{ flex: total }} />
        ))}
      </span>
      <span className="num t12 ink3 right">
        {now > 0 ? ago(run.createdAt, now) : ''}, {duration(takenMs(run, now))}
      </span>
    </Link>
  );
}

function Inventory({ snapshot }: { snapshot: Snapshot }) {
  const place = usePlace();
  const types = Object.entries(snapshot.counts)
    .filter(([, total]) => total > 0)
    .sort(([, one], [, other]) => other - one)
    .slice(0, 6);
  return (
    <section className="card" aria-labelledby="inventory">
      <header>
        <h2 id="inventory">What there is</h2>
        <span className="grow" />
        <Link className="link t12" href={place.to('graph')}>
          Graph
        </Link>
      </header>
      {types.map(([type, total]) => (
        <Link className="line" key={type} href={`${place.to('catalog')}?type=${type}`}>
          <span className="ink3 row">
            <AssetIcon type={type.replace(/s$/, '')} />
          </span>
          <span className="grow">{type.replace(/_/g, ' ')}</span>
          <span className="num">{count(total)}</span>
        </Link>
      ))}
    </section>
  );
}

function Happened() {
  const place = usePlace();
  const session = useSession();
  const may = session.data?.permissions.includes('audit:read') ?? false;
  const leaves = useAsk('auditSearch', { limit: 8 }, { enabled: may });
  const now = useNow();
  if (!may) return null;
  return (
    <section className="card" aria-labelledby="happened">
      <header>
        <h2 id="happened">Happened</h2>
        <span className="grow" />
        <Link className="link t12" href={place.to('audit')}>
          Audit
        </Link>
      </header>
      <Answer of={leaves}>
        {({ items }) =>
          items.map((leaf) => (
            <div className="line t12" key={leaf.event}>
              <span className="grow cut">
                {sentenceOf(leaf)} <span className="ink3">{factsOf(leaf.summary)}</span>
              </span>
              <span className="ink3">{now > 0 ? ago(leaf.at, now) : ''}</span>
            </div>
          ))
        }
      </Answer>
    </section>
  );
}
