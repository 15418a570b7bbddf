'use client';
import type { Plan } from '@headgate/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, Download, Info, RefreshCw } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { ask, hrefOf } from '../api/client.ts';
import { useAsk, useSession } from '../api/queries.ts';
import { useKeys } from '../shell/keys.ts';
import { usePlace, useQueryState } from '../shell/place.tsx';
import { Action, Answer } from '../ui/blocks.tsx';
import { CopyButton } from '../ui/code.tsx';
import { State } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { useToast } from '../ui/toast.tsx';
import { ago, brief, short } from '../ui/words.ts';
import { Entries } from './entries.tsx';
import { PlanSummary } from './summary.tsx';

/** What will run, why, at what price, may it? */
export function PlanView({ id }: { id: string }) {
  const plan = useAsk('plansGet', { plan: id });
  return (
    <Answer of={plan} isPage>
      {(found) => <Ready plan={found} />}
    </Answer>
  );
}

function Ready({ plan }: { plan: Plan }) {
  return (
    <div className="fixed">
      <PlanHead plan={plan} />
      <Entries plan={plan} />
    </div>
  );
}

function PlanHead({ plan }: { plan: Plan }) {
  const { header } = useAsk('plansEntries', { plan: plan.id, limit: 1 }, { forever: true }).data ?? {};
  const now = useNow();
  const { run, partial } = plan.counts;
  const total = run + partial;
  return (
    <header className="head">
      <div className="row between wrap" style={{ rowGap: 8 }}>
        <div className="row wrap">
          <h1>{total === 0 ? 'Nothing to run' : `Plan ${brief(plan.id)}`}</h1>
          <State state={plan.status} {...(plan.status === 'proposed' && total === 0 && { word: 'Up to date' })} />
        </div>
        <Acts plan={plan} />
      </div>
      <div className="facts">
        <span title={plan.createdAt}>Proposed {now > 0 ? ago(plan.createdAt, now) : ''}</span>
        {plan.by && <span>{capital(plan.by)}</span>}
        <span>
          Snapshot <code>{short(plan.snapshot)}</code>
        </span>
        <span>
          Document <code>{short(plan.document)}</code>
          <CopyButton text={plan.document} label="Copy the digest of the plan" />
        </span>
        {header && <span>rules {header.rules}</span>}
        {header?.selection && (
          <span className="cut">
            selects{' '}
            <code>{[...header.selection.select, ...header.selection.exclude.map((one) => `-${one}`)].join(' ')}</code>
          </span>
        )}
        {header?.fullRefresh && <span>full refresh</span>}
        {header?.defer && (
          <span title="Neither built by this plan nor ever built here: read from there">
            {header.defer.nodes} {header.defer.nodes === 1 ? 'node' : 'nodes'} deferred to {header.defer.environment}
          </span>
        )}
        <a className="link" href={hrefOf('plansDocument', { plan: plan.id })} download={`plan-${brief(plan.id)}.json`}>
          <Download size={12} aria-hidden /> Plan and evidence
        </a>
      </div>
      <PlanSummary plan={plan} assumed={header?.assumed ?? 0} />
      {total === 0 && (
        <p className="notice">
          <Info size={14} aria-hidden />
          Every selected node has the same inputs as when it was last built, so approving would change nothing. Change a
          model, or plan a full refresh.
        </p>
      )}
    </header>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Approve, and what comes after it. */
function Acts({ plan }: { plan: Plan }) {
  const place = usePlace();
  const router = useRouter();
  const client = useQueryClient();
  const say = useToast();
  const session = useSession();
  const [, set] = useQueryState();
  const ofPlan = useAsk('runsOfPlan', { plan: plan.id }, { enabled: plan.status === 'allowed' && !plan.runId });
  const run = plan.runId ?? ofPlan.data?.run?.id;
  const total = plan.counts.run + plan.counts.partial;
  const confirm = useMutation({
    mutationFn: () => ask('plansConfirm', { plan: plan.id }),
    onSuccess: (decided) => {
      client.setQueryData(['plansGet', { plan: plan.id }], decided);
      void client.invalidateQueries({ queryKey: ['plansList'] });
      void client.invalidateQueries({ queryKey: ['runsList'] });
      say('Approved. The run begins.');
      set({ approved: '1' });
    },
    onError: (error) => say(error.message, { isBad: true }),
  });
  const again = useMutation({
    // What was asked for, once more; the batches of an event time are asked for once.
    mutationFn: async () => {
      const { header } = await ask('plansEntries', { plan: plan.id, limit: 1 });
      return ask('plansPropose', {
        ...{ project: plan.project, environment: plan.environment },
        ...header.selection,
        ...(plan.defer && { defer: plan.defer }),
      });
    },
    onSuccess: ({ id }) => router.push(place.to('plans', id)),
    onError: (error) => say(error.message, { isBad: true }),
  });
  const may = session.data?.permissions.includes('plan:confirm');
  const why =
    may === false ? 'Your role may read plans, not approve them' : total === 0 ? 'There is nothing to run' : undefined;
  useKeys({
    a: () => {
      if (plan.status === 'proposed' && !why && !confirm.isPending) confirm.mutate();
    },
  });
  if (plan.status === 'proposed')
    return (
      <div className="row wrap">
        <Action
          id="approve"
          kind="primary large"
          why={why}
          busy={confirm.isPending}
          onAct={() => confirm.mutate()}
          keys="a"
        >
          <Check size={16} aria-hidden />{' '}
          {confirm.isPending ? 'Approving…' : total > 0 ? `Approve and run ${total}` : 'Approve'}
        </Action>
      </div>
    );
  return (
    <div className="row wrap">
      <Action id="again" onAct={() => again.mutate()} busy={again.isPending}>
        <RefreshCw size={14} aria-hidden /> {again.isPending ? 'Planning…' : 'Plan again'}
      </Action>
      {run && (
        <Link className="button primary large" href={place.to('runs', run)}>
          Watch the run
        </Link>
      )}
      {!run && ofPlan.isSuccess && total > 0 && (
        <span className="t12 ink3" role="status">
          The run is being prepared
        </span>
      )}
    </div>
  );
}
