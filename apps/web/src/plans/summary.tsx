'use client';
import type { Plan } from '@headgate/contracts';
import { Contrast, Equal, Play } from 'lucide-react';
import { useAsk } from '../api/queries.ts';
import { takenMs } from '../runs/outcomes.ts';
import { usePlace } from '../shell/place.tsx';
import { count, duration, several } from '../ui/words.ts';
import { PlanBar } from './plans.tsx';

/** The four cells over the rows: what happens, cost, time, policy. */
export function PlanSummary({ plan, assumed }: { plan: Plan; assumed: number }) {
  const { run, partial, skip } = plan.counts;
  return (
    <div className="summary">
      <section aria-labelledby="s-nodes">
        <h2 id="s-nodes">{several(plan.total, 'node')}, what will happen</h2>
        <div className="row between wrap">
          <Total icon={<Play size={14} color="var(--run)" aria-hidden />} value={run} word="Run" />
          <Total icon={<Contrast size={14} color="var(--partial)" aria-hidden />} value={partial} word="Partial" />
          <Total icon={<Equal size={14} color="var(--skip)" aria-hidden />} value={skip} word="Skip" />
        </div>
        <PlanBar counts={plan.counts} />
        <p>
          {plan.total > 0 ? Math.round((100 * skip) / plan.total) : 0} % stays untouched
          {assumed > 0 && `, if ${several(assumed, 'input')} without a version did not change`}
        </p>
      </section>
      <section aria-labelledby="s-cost">
        <h2 id="s-cost">Cost</h2>
        <span className="big ink3">not configured</span>
        <p>Nobody set a price or a budget, so nothing here is weighed against one.</p>
      </section>
      <Time plan={plan} />
      <section aria-labelledby="s-policy">
        <h2 id="s-policy">Policy</h2>
        <span className="big ink3">not configured</span>
        <p>No rule stands in the way. One approval lets it run.</p>
      </section>
    </div>
  );
}

function Total({ icon, value, word }: { icon: React.ReactNode; value: number; word: string }) {
  return (
    <span className="row" style={{ gap: 6 }}>
      {icon}
      <span className="big">{count(value)}</span>
      <span className="ink2 strong">{word}</span>
    </span>
  );
}

function Time({ plan }: { plan: Plan }) {
  const { project, environment } = usePlace();
  const runs = useAsk('runsList', { project, environment, limit: 50 });
  const ended = (runs.data?.items ?? []).filter((run) => run.kind === 'plan' && run.finishedAt && run.plan !== plan.id);
  const own = runs.data?.items.find((run) => run.plan === plan.id && run.finishedAt);
  const last = ended[0];
  return (
    <section aria-labelledby="s-time">
      <h2 id="s-time">Time</h2>
      <span className={`big ${own ? '' : 'ink3'}`}>{own ? duration(takenMs(own, 0)) : 'no basis'}</span>
      <p>{last ? `Last run took ${duration(takenMs(last, 0))}` : 'No earlier run to compare with'}</p>
    </section>
  );
}
