'use client';
import type { Plan, Run, Snapshot } from '@headgate/contracts';
import { ListChecks } from 'lucide-react';
import Link from 'next/link';
import { useAsk, useSession } from '../api/queries.ts';
import { useLive } from '../api/live.tsx';
import { openPlans } from '../plans/open-plans.ts';
import { countsLine, outcomes, takenMs } from '../runs/outcomes.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer, Bone, Bones, Empty } from '../ui/blocks.tsx';
import { CopyButton } from '../ui/code.tsx';
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
  const skipped = plans.data?.items[0];
  const isReady = runs.data !== undefined && plans.data !== undefined;
  return (
    <>
      <header className="hero">
        <div>
          <h1>
            {isReady ? (
              `${flowLine(environment, live, lastEnded)} ${waitLine(waiting.length)}`
            ) : (
              <Bone width={420} label={`Loading ${environment}`} />
            )}
          </h1>
          <p className="ink2">
            {snapshot &&
              `Snapshot ${short(snapshot.snapshot)}, ${several(snapshot.nodes, 'node')}, ${several(snapshot.edges, 'edge')}. `}
            {state === 'waiting'
              ? 'Reconnecting; the numbers are from before.'
              : 'Every number here updates by itself.'}
          </p>
        </div>
        <dl className="figures">
          <Figure of={snapshots} value={snapshot && count(snapshot.nodes)} word="nodes" />
          <Figure
            of={plans}
            value={skipped && `${skipped.counts.skip} of ${skipped.total}`}
            word="skipped in the newest plan"
          />
          <Figure
            of={runs}
            value={
              latest.length > 0
                ? `${latest.filter(({ status }) => status === 'succeeded').length} of ${latest.length}`
                : undefined
            }
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
          {snapshots.data && !snapshot && <Begin {...here} />}
          <Happened />
        </div>
      </div>
    </>
  );
}

/** Whether data flows, in one sentence. */
function flowLine(environment: string, live: number, lastEnded: Run | undefined): string {
  if (live > 0) return `${live === 1 ? 'A run is' : `${live} runs are`} under way in ${environment}.`;
  if (!lastEnded) return `Nothing has run in ${environment} yet.`;
  if (lastEnded.status === 'succeeded') return `Data is flowing in ${environment}.`;
  return `The last run in ${environment} ${lastEnded.status === 'cancelled' ? 'was cancelled' : 'failed'}.`;
}

const waitLine = (waiting: number): string =>
  waiting === 0 ? 'Nothing waits for you.' : `${several(waiting, 'plan')} ${waiting === 1 ? 'waits' : 'wait'} for you.`;

/** A figure of an answer: its shape until it is here, a word when there is none. */
function Figure({ of, value, word }: { of: { data: unknown }; value: string | undefined; word: string }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd className="big">{of.data === undefined ? <Bone width={64} label="Loading" /> : (value ?? 'none')}</dd>
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
        {isReady && <span className="ink3 num">{plans.length}</span>}
      </header>
      {!isReady && <Bones rows={1} />}
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

/** An environment that dbt has not told anything yet. */
function Begin({ project, environment }: { project: string; environment: string }) {
  const place = usePlace();
  const command = `headgate ingest --project-dir . --project ${project} --environment ${environment}`;
  return (
    <section className="card" aria-labelledby="begin">
      <header>
        <h2 id="begin">No snapshot yet</h2>
      </header>
      <div className="body">
        <p className="ink2">
          In the folder of the dbt project, with a token from{' '}
          <Link className="link" href={place.to('settings')}>
            Settings
          </Link>
          :
        </p>
        <div className="row">
          <code className="code grow">{command}</code>
          <CopyButton text={command} label="Copy the command" />
        </div>
      </div>
    </section>
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
          <span className="grow">{total === 1 ? type.replace(/_/g, ' ') : manyOf(type)}</span>
          <span className="num">{count(total)}</span>
        </Link>
      ))}
    </section>
  );
}

const manyOf = (type: string): string => {
  const word = type.replace(/_/g, ' ').replace(/s$/, '');
  return word === 'analysi' ? 'analyses' : word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`;
};

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
                {sentenceOf(leaf)}, {leaf.actor.id} <span className="ink3">{factsOf(leaf.summary)}</span>
              </span>
              <span className="ink3">{now > 0 ? ago(leaf.at, now) : ''}</span>
            </div>
          ))
        }
      </Answer>
    </section>
  );
}
