'use client';
import type { Plan, PlanLine, PlansEntriesOutput } from '@headgate/contracts';
import { type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ask, type Refusal } from '../api/client.ts';

export const verdicts = ['RUN', 'PARTIAL', 'SKIP'] as const;
export type PlanVerdict = (typeof verdicts)[number];
/** A heading, with how many it stands over, or a verdict. */
export type Row = { group: PlanVerdict; total: number } | { line: PlanLine };

interface At {
  verdict: PlanVerdict;
  cursor?: string | undefined;
}
type Page = PlansEntriesOutput & { verdict: PlanVerdict };

const pageOf = 200;

export interface Lines {
  rows: Row[];
  byId: ReadonlyMap<string, PlanLine>;
  /** Verdicts that match, of which `shown` are here. */
  total: number;
  shown: number;
  of: UseInfiniteQueryResult<{ pages: Page[] }, Refusal>;
}

/** The verdicts of a plan, what runs first, as far as somebody has scrolled: a plan may have 50,000. */
export function usePlanLines(plan: Plan, only: PlanVerdict | undefined, q: string): Lines {
  const { run, partial, skip } = plan.counts;
  const wanted = useMemo(() => {
    const counts = { RUN: run, PARTIAL: partial, SKIP: skip };
    return verdicts.filter((one) => counts[one] > 0 && (only ?? one) === one);
  }, [run, partial, skip, only]);
  const of = useInfiniteQuery<Page, Refusal, { pages: Page[] }, readonly unknown[], At>({
    queryKey: ['plansEntries', 'pages', plan.id, wanted, q],
    queryFn: async ({ pageParam: { verdict, cursor }, signal }) => {
      const input = { plan: plan.id, verdict, limit: pageOf, ...(q && { q }), ...(cursor && { cursor }) };
      return { ...(await ask('plansEntries', input, signal)), verdict };
    },
    initialPageParam: { verdict: wanted[0] ?? 'RUN' },
    getNextPageParam: ({ verdict, next }) => {
      if (next) return { verdict, cursor: next };
      const following = wanted[wanted.indexOf(verdict) + 1];
      return following && { verdict: following };
    },
    // A plan is a document: it does not change.
    staleTime: Infinity,
  });
  const pages = of.data?.pages;
  return useMemo(() => {
    const rows: Row[] = [];
    const byId = new Map<string, PlanLine>();
    let [total, last] = [0, ''];
    for (const { verdict, items, total: ofVerdict } of pages ?? []) {
      if (verdict !== last) total += ofVerdict;
      if (verdict !== last && ofVerdict > 0) rows.push({ group: verdict, total: ofVerdict });
      last = verdict;
      for (const line of items) {
        rows.push({ line });
        byId.set(line.id, line);
      }
    }
    // Without words to match, the verdicts that nobody scrolled to yet are counted as well.
    const counts = { RUN: run, PARTIAL: partial, SKIP: skip };
    const all = q ? total : wanted.reduce((sum, one) => sum + counts[one], 0);
    return { rows, byId, total: all, shown: byId.size, of };
  }, [pages, of, q, wanted, run, partial, skip]);
}
