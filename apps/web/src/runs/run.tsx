'use client';
import type { Run, RunNode } from '@headgate/contracts';
import { CircleCheck, CircleDashed, CircleX, ListChecks, LoaderCircle } from 'lucide-react';
import Link from 'next/link';
import { useAsk } from '../api/queries.ts';
import { useKeys } from '../shell/keys.ts';
import { usePlace, useQueryState } from '../shell/place.tsx';
import { Answer } from '../ui/blocks.tsx';
import { State } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { ago, brief, duration, short } from '../ui/words.ts';
import { Log } from './log.tsx';
import { NodePanel } from './node-panel.tsx';
import { hasEnded, outcomeOf, takenMs } from './outcomes.ts';
import { RunActs } from './run-acts.tsx';
import { useRunNodes } from './run-nodes.ts';
import { RunTable } from './run-table.tsx';
import { Timeline } from './timeline.tsx';

/** How far is it, what is in the way? */
export function RunView({ id }: { id: string }) {
  const run = useAsk('runsGet', { run: id });
  return (
    <Answer of={run} isPage>
      {(found) => <Ready run={found} />}
    </Answer>
  );
}

function Ready({ run }: { run: Run }) {
  const isOver = hasEnded(run);
  const { items, inputs, planned } = useRunNodes(run);
  const now = useNow(isOver ? 60_000 : 500, true);
  const [query, set] = useQueryState();
  const failed = items.filter(({ status }) => outcomeOf(status) === 'bad');
  const chosen = query.get('node') ?? failed[0]?.node;
  const view = query.get('view') ?? 'timeline';
  const step = (by: number) => {
    const at = failed.findIndex(({ node }) => node === chosen);
    const next = failed[(at + by + failed.length) % failed.length];
    if (next) set({ node: next.node });
  };
  useKeys({
    n: () => step(1),
    N: () => step(-1),
    t: () => set({ view: view === 'table' ? undefined : 'table' }),
    Escape: () => set({ node: undefined }),
  });
  return (
    <div className="fixed">
      <Head run={run} nodes={items} planned={planned} now={now} />
      <div className={`run-split ${chosen ? '' : 'alone'}`}>
        <section className="run-nodes" aria-labelledby="nodes">
          <header className="run-bar">
            <h2 id="nodes" className="unseen">
              Nodes
            </h2>
            <div className="segments" role="group" aria-label="View">
              <button aria-pressed={view !== 'table'} onClick={() => set({ view: undefined })}>
                Timeline
              </button>
              <button aria-pressed={view === 'table'} onClick={() => set({ view: 'table' })}>
                Table
              </button>
            </div>
            {view !== 'table' && (
              <span className="t12 ink3 row mid-only">
                <i className="sample critical" /> critical path
              </span>
            )}
          </header>
          {view === 'table' ? (
            <RunTable nodes={items} chosen={chosen} choose={(node) => set({ node })} />
          ) : (
            <Timeline
              run={run}
              nodes={items}
              inputs={inputs}
              now={now}
              chosen={chosen}
              choose={(node) => set({ node })}
            />
          )}
        </section>
        <Log run={run} node={query.get('node') ?? undefined} clearNode={() => set({ node: undefined })} />
        {chosen && <NodePanel id={chosen} nodes={items} close={() => set({ node: undefined })} />}
      </div>
    </div>
  );
}

const headings: Record<string, string> = { plan: 'Run', parse: 'Parse', operation: 'Operation' };

function Head({ run, nodes, planned, now }: { run: Run; nodes: RunNode[]; planned: number; now: number }) {
  const place = usePlace();
  const total = (outcome: string) => nodes.filter(({ status }) => outcomeOf(status) === outcome).length;
  const isOver = hasEnded(run);
  const [done, failed, going, skipped, waiting] = [
    total('ok'),
    total('bad'),
    total('run'),
    total('skip'),
    total('rest') + Math.max(0, planned - nodes.length),
  ];
  return (
    <header className="head run-head">
      <div className="row between wrap" style={{ rowGap: 8 }}>
        <div className="row wrap">
          <h1>
            {headings[run.kind]} {brief(run.id)}
          </h1>
          <State state={run.status} {...(run.cancelRequested && !isOver && { word: 'Stopping' })} />
          <span className="num strong" role="timer" aria-label="Elapsed">
            {now > 0 || run.finishedAt ? duration(takenMs(run, now)) : ''}
          </span>
        </div>
        <RunActs run={run} failed={failed} />
      </div>
      <div className="facts">
        {run.plan && (
          <Link className="link" href={place.to('plans', run.plan)}>
            <ListChecks size={12} aria-hidden /> Plan {brief(run.plan)}
          </Link>
        )}
        {run.origin && (
          <Link className="link" href={place.to('runs', run.origin)}>
            Goes on with run {brief(run.origin)}
          </Link>
        )}
        {run.resumedBy && (
          <Link className="link" href={place.to('runs', run.resumedBy)}>
            Run {brief(run.resumedBy)} went on with it
          </Link>
        )}
        <span>
          Revision <code>{short(run.revision)}</code>
        </span>
        <span>{run.requestedBy}</span>
        <span title={run.createdAt}>began {now > 0 ? ago(run.createdAt, now) : ''}</span>
        <span>attempt {run.attempt}</span>
        {run.reason && <span className="ink">{run.reason}</span>}
      </div>
      <div className="run-progress">
        <span
          className="bar"
          role="img"
          aria-label={`${done} done, ${failed} failed, ${going} running, ${waiting} waiting`}
        >
          {done > 0 && <i className="ok" style={{ flex: done }} />}
          {failed > 0 && <i className="bad" style={{ flex: failed }} />}
          {going > 0 && <i className={isOver ? 'skip' : 'run'} style={{ flex: going }} />}
          {skipped > 0 && <i className="skip" style={{ flex: skipped }} />}
          {(waiting > 0 || nodes.length === 0) && <i className="rest" style={{ flex: Math.max(1, waiting) }} />}
        </span>
        <span className="row t12 num">
          <span className="state bare is-ok">
            <CircleCheck size={14} aria-hidden /> {done} done
          </span>
          {failed > 0 && (
            <span className="state bare is-bad">
              <CircleX size={14} aria-hidden /> {failed} failed
            </span>
          )}
          {!isOver && (
            <span className="state bare is-going">
              <LoaderCircle size={14} aria-hidden /> {going} running
            </span>
          )}
          {!isOver && (
            <span className="state bare is-idle">
              <CircleDashed size={14} aria-hidden /> {waiting} waiting
            </span>
          )}
          <span className="ink2">of {Math.max(planned, nodes.length)}</span>
        </span>
      </div>
    </header>
  );
}
