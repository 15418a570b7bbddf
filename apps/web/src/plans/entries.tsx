'use client';
import type { Plan } from '@headgate/contracts';
import { Search } from 'lucide-react';
import { useDeferredValue } from 'react';
import { useQueryState } from '../shell/place.tsx';
import { Answer } from '../ui/blocks.tsx';
import { count, several } from '../ui/words.ts';
import { EntryTable, verdictWords } from './entry-table.tsx';
import { type PlanVerdict, usePlanLines, verdicts } from './plan-lines.ts';

/** Every verdict of a plan, grouped, one open at a time; rows come as one scrolls. */
export function Entries({ plan }: { plan: Plan }) {
  const [query, set] = useQueryState();
  const verdict = query.get('filter')?.toUpperCase() as PlanVerdict | undefined;
  const q = query.get('q') ?? '';
  const lines = usePlanLines(plan, verdict, useDeferredValue(q.trim()));
  const counts: Record<PlanVerdict, number> = {
    RUN: plan.counts.run,
    PARTIAL: plan.counts.partial,
    SKIP: plan.counts.skip,
  };
  return (
    <>
      <div className="tools">
        <div className="segments" role="group" aria-label="Decision">
          <button aria-pressed={!verdict} onClick={() => set({ filter: undefined })}>
            All <span className="ink3 num">{count(plan.total)}</span>
          </button>
          {verdicts.map((one) => (
            <button key={one} aria-pressed={verdict === one} onClick={() => set({ filter: one.toLowerCase() })}>
              {verdictWords[one]} <span className="ink3 num">{count(counts[one])}</span>
            </button>
          ))}
        </div>
        <label className="field" style={{ width: 240 }}>
          <Search size={14} aria-hidden />
          <input
            type="search"
            aria-label="Filter nodes"
            placeholder="Filter by name"
            value={q}
            onChange={(event) => set({ q: event.target.value })}
          />
          <kbd>/</kbd>
        </label>
        <span className="grow" />
        <span className="t12 ink3 num mid-only" role="status">
          {lines.shown < lines.total
            ? `the first ${count(lines.shown)} of ${several(lines.total, 'row')}`
            : `${count(lines.total)} of ${several(plan.total, 'row')}`}
        </span>
      </div>
      <Answer of={lines.of} bones={10}>
        {() => (
          <EntryTable lines={lines} open={query.get('node') ?? ''} setOpen={(id) => set({ node: id })} plan={plan.id} />
        )}
      </Answer>
    </>
  );
}
