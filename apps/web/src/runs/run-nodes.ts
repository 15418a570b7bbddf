'use client';
import type { ExecutionPlan, Plan, Run, RunNode } from '@headgate/contracts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ask, type Refusal } from '../api/client.ts';
import { useLive } from '../api/live.tsx';
import { useAsk, useDownload } from '../api/queries.ts';
import { hasEnded } from './outcomes.ts';

/** The document of a larger plan has tens of megabytes: what waits is then counted, and no critical path is drawn. */
const mostDrawn = 2000;
const pageOf = 1000;

/** The nodes of a run, and what its plan has it come to. */
export interface RunNodes {
  /** As far as the run has come, then those that wait. */
  items: RunNode[];
  /** What each node reads, where that is known. */
  inputs: ReadonlyMap<string, string[]>;
  /** How many the run is to build; 0 when no plan says. */
  planned: number;
}

export function useRunNodes(run: Run): RunNodes {
  const isOver = hasEnded(run);
  const reached = useReached(run, isOver);
  const plan = useAsk('plansGet', { plan: run.plan ?? '' }, { enabled: run.plan !== undefined });
  const isSmall = plan.data !== undefined && plan.data.total <= mostDrawn;
  const document = useDownload<ExecutionPlan>('plansDocument', { plan: run.plan ?? '' }, isSmall);
  return useMemo(
    () => ({
      items: withWaiting(reached, document.data, isOver),
      inputs: new Map((document.data?.entries ?? []).map(({ id, evidence }) => [id, Object.keys(evidence.upstream)])),
      planned: isOver || !plan.data ? 0 : toBuild(plan.data),
    }),
    [reached, document.data, plan.data, isOver],
  );
}

const none: RunNode[] = [];
const toBuild = ({ counts: { run, partial } }: Plan): number => run + partial;

/** Asks for what changed since the last answer, so that a large run is not sent again and again. */
function useReached({ id: run, attempt }: Run, isOver: boolean): RunNode[] {
  const { state } = useLive();
  const query = useQuery<RunNode[], Refusal>({
    queryKey: ['runsNodes', { run, attempt }],
    queryFn: async ({ client, queryKey, signal }) => {
      const before = client.getQueryData<RunNode[]>(queryKey) ?? none;
      const known = new Map(before.map((node) => [node.node, node]));
      const after = before.reduce((most, { seq = 0 }) => Math.max(most, seq), 0);
      for (let cursor: string | undefined; ;) {
        const page = await ask(
          'runsNodes',
          { run, limit: pageOf, ...(after > 0 && { after }), ...(cursor && { cursor }) },
          signal,
        );
        for (const node of page.items) known.set(node.node, node);
        cursor = page.next;
        if (!cursor) return [...known.values()];
      }
    },
    refetchInterval: isOver || state === 'live' ? false : 3000,
  });
  return query.data ?? none;
}

/** What the plan runs and the run has not come to yet, as nodes that wait. */
function withWaiting(nodes: RunNode[], document: ExecutionPlan | undefined, isOver: boolean): RunNode[] {
  if (isOver || !document) return nodes;
  const seen = new Set(nodes.map(({ node }) => node));
  const rest = document.entries.filter(({ id, verdict }) => verdict !== 'SKIP' && !seen.has(id));
  return [...nodes, ...rest.map(({ id }) => ({ node: id, status: 'waiting', attempt: 0 }))];
}
