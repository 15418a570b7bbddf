'use client';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';

/** Something that happened, by its ids. */
export interface Fact {
  id: string;
  type: string;
  time: string;
  project?: string;
  environment?: string;
  run?: string;
  plan?: string;
  snapshot?: string;
}
export type LiveState = 'connecting' | 'live' | 'waiting';
interface Live {
  state: LiveState;
  /** Facts that arrived since the stream last came back. */
  caughtUp: number | undefined;
  /** Calls back on a doorbell of the run's log. @returns the end of it */
  onLog(run: string, ring: () => void): () => void;
}

const LiveContext = createContext<Live>({ state: 'connecting', caughtUp: undefined, onLog: () => () => {} });
export const useLive = (): Live => useContext(LiveContext);

/** Which answers a fact makes old, by the first word of its type. */
const stale: Record<string, string[]> = {
  plan: ['runsOfPlan', 'plansGet', 'plansList'],
  run: [
    ...['runsOfPlan', 'runsHistory', 'runsGet', 'runsList', 'runsNodes', 'runsStates', 'plansGet', 'plansList'],
    'graphNeighbourhood',
  ],
  task: ['runsGet', 'runsList', 'runsNodes'],
  snapshot: [
    'snapshotsList',
    'assetsSearch',
    'assetsGet',
    'assetsCode',
    'assetsImpact',
    'graphNeighbourhood',
    'graphPath',
    'graphRollup',
    'lineageGraph',
    'snapshotsDiff',
    'environmentsGet',
  ],
  environment: ['environmentsList', 'environmentsGet'],
  project: ['projectsList'],
  token: ['tokensList'],
  grant: ['session'],
};
/** Addressed by their content: nothing makes them old. */
const eternal = new Set(['plansDocument', 'snapshotsSkeleton']);
const calmMs = 150;

/** One event stream for the whole tab. Facts make answers old; nothing is shown that was not asked for again. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  const [caughtUp, setCaughtUp] = useState<number>();
  const bells = useRef(new Map<string, Set<() => void>>());

  useEffect(() => listen(client, bells.current, setState, setCaughtUp), [client]);

  const live = useMemo<Live>(
    () => ({
      state,
      caughtUp,
      onLog(run, ring) {
        const rings = bells.current.get(run) ?? new Set();
        bells.current.set(run, rings.add(ring));
        return () => void rings.delete(ring);
      },
    }),
    [state, caughtUp],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

function listen(
  client: QueryClient,
  bells: Map<string, Set<() => void>>,
  setState: (state: LiveState) => void,
  setCaughtUp: (facts: number | undefined) => void,
): () => void {
  let source: EventSource | undefined;
  let last = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lost = false;
  let facts = 0;
  const old = new Set<string>();
  let batch: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    batch = undefined;
    const names = new Set(old);
    old.clear();
    void client.invalidateQueries({ predicate: ({ queryKey }) => names.has(String(queryKey[0])) });
  };
  const everything = () => {
    void client.invalidateQueries({ predicate: ({ queryKey }) => !eternal.has(String(queryKey[0])) });
    for (const rings of bells.values()) for (const ring of rings) ring();
  };
  const hear = (event: MessageEvent<string>) => {
    last = event.lastEventId || last;
    const fact = JSON.parse(event.data) as Fact;
    facts += 1;
    if (lost) setCaughtUp(facts);
    for (const name of stale[fact.type.split('.')[0] ?? ''] ?? []) old.add(name);
    old.add('auditSearch');
    batch ??= setTimeout(flush, calmMs);
  };
  const open = () => {
    source = new EventSource(last ? `/events?after=${encodeURIComponent(last)}` : '/events');
    source.onopen = () => {
      setState('live');
      facts = 0;
      // What was missed arrives by cursor; whatever the cursor cannot tell is asked for again.
      if (lost) {
        setCaughtUp(0);
        everything();
        setTimeout(() => {
          lost = false;
          setCaughtUp(undefined);
        }, 6000);
      }
    };
    source.onerror = () => {
      lost = true;
      setState('waiting');
      if (source?.readyState !== EventSource.CLOSED) return;
      // A refused stream is not tried again by the browser.
      clearTimeout(timer);
      timer = setTimeout(open, 1000 + Math.random() * 1000);
    };
    source.addEventListener('fact', hear);
    source.addEventListener('log', (event: MessageEvent<string>) => {
      last = event.lastEventId || last;
      const { run } = JSON.parse(event.data) as { run: string };
      for (const ring of bells.get(run) ?? []) ring();
    });
    source.addEventListener('reset', everything);
  };
  open();
  return () => {
    clearTimeout(timer);
    clearTimeout(batch);
    source?.close();
  };
}
