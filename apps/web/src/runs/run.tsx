'use client';
import type { ExecutionPlan, Run, RunNode } from '@headgate/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleDashed, CircleX, ListChecks, LoaderCircle, RefreshCw, Square } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { ask } from '../api/client.ts';
import { useLive } from '../api/live.tsx';
import { useAsk, useDownload, useSession } from '../api/queries.ts';
import { useKeys } from '../shell/keys.ts';
import { usePlace, useQueryState } from '../shell/place.tsx';
import { Action, Answer } from '../ui/blocks.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { State } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { useToast } from '../ui/toast.tsx';
import { ago, brief, duration, short } from '../ui/words.ts';
import { Log } from './log.tsx';
import { NodePanel } from './node-panel.tsx';
import { hasEnded, outcomeOf, takenMs } from './outcomes.ts';
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
  const { state } = useLive();
  const nodes = useAsk(
    'runsNodes',
    { run: run.id },
    { refetchInterval: isOver ? false : state === 'live' ? 1500 : 3000 },
  );
  const document = useDownload<ExecutionPlan>('plansDocument', { plan: run.plan ?? '' }, run.plan !== undefined);
  const now = useNow(isOver ? 60_000 : 500, true);
  const [query, set] = useQueryState();
  const items = useMemo(
    () => withWaiting(nodes.data?.items ?? [], document.data, isOver),
    [nodes.data, document.data, isOver],
  );
  const inputs = useMemo(
    () => new Map((document.data?.entries ?? []).map(({ id, evidence }) => [id, Object.keys(evidence.upstream)])),
    [document.data],
  );
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
      <Head run={run} nodes={items} now={now} />
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

/** What the plan runs and the run has not come to yet, as nodes that wait. */
function withWaiting(nodes: RunNode[], document: ExecutionPlan | undefined, isOver: boolean): RunNode[] {
  if (isOver || !document) return nodes;
  const seen = new Set(nodes.map(({ node }) => node));
  const rest = document.entries.filter(({ id, verdict }) => verdict !== 'SKIP' && !seen.has(id));
  return [...nodes, ...rest.map(({ id }) => ({ node: id, status: 'waiting', attempt: 0 }))];
}

const headings: Record<string, string> = { plan: 'Run', parse: 'Parse', operation: 'Operation' };

function Head({ run, nodes, now }: { run: Run; nodes: RunNode[]; now: number }) {
  const place = usePlace();
  const total = (outcome: string) => nodes.filter(({ status }) => outcomeOf(status) === outcome).length;
  const isOver = hasEnded(run);
  const [done, failed, going, skipped, waiting] = [
    total('ok'),
    total('bad'),
    total('run'),
    total('skip'),
    total('rest'),
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
        <Acts run={run} failed={failed} />
      </div>
      <div className="facts">
        {run.plan && (
          <Link className="link" href={place.to('plans', run.plan)}>
            <ListChecks size={12} aria-hidden /> Plan {brief(run.plan)}
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
          <span className="ink2">of {nodes.length}</span>
        </span>
      </div>
    </header>
  );
}

function Acts({ run, failed }: { run: Run; failed: number }) {
  const place = usePlace();
  const router = useRouter();
  const client = useQueryClient();
  const say = useToast();
  const session = useSession();
  const [isAsking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => ask('runsCancel', { run: run.id }),
    onSuccess: (stopped) => {
      client.setQueryData(['runsGet', { run: run.id }], stopped);
      say('Told to stop. What is built stays built.');
    },
    onError: (error) => say(error.message, { isBad: true }),
  });
  const again = useMutation({
    mutationFn: () => ask('plansPropose', { project: run.project, environment: run.environment }),
    onSuccess: ({ id }) => router.push(place.to('plans', id)),
    onError: (error) => say(error.message, { isBad: true }),
  });
  const may = (permission: string) => session.data?.permissions.includes(permission) !== false;
  if (hasEnded(run))
    return (
      <div className="row wrap">
        <Action
          id="again"
          onAct={() => again.mutate()}
          busy={again.isPending}
          why={may('plan:propose') ? undefined : 'You may not propose plans'}
        >
          <RefreshCw size={14} aria-hidden />{' '}
          {again.isPending ? 'Planning…' : failed > 0 ? `Plan the ${failed} failed again` : 'Plan again'}
        </Action>
      </div>
    );
  return (
    <div className="row wrap">
      <Action
        id="cancel"
        kind="danger"
        onAct={() => setAsking(true)}
        busy={run.cancelRequested || cancel.isPending}
        why={may('run:cancel') ? undefined : 'You may not cancel runs'}
      >
        <Square size={14} aria-hidden /> {run.cancelRequested ? 'Stopping…' : 'Cancel run'}
      </Action>
      <Dialog isOpen={isAsking} close={() => setAsking(false)} label="Cancel the run">
        <header>
          <h2>Cancel this run?</h2>
        </header>
        <p className="body ink2">
          dbt is told to stop. Tables that are finished stay; the next plan picks up what is missing.
        </p>
        <footer>
          <button className="button" autoFocus onClick={() => setAsking(false)}>
            Let it run
          </button>
          <button className="button danger" onClick={() => (setAsking(false), cancel.mutate())}>
            Cancel run
          </button>
        </footer>
      </Dialog>
    </div>
  );
}
