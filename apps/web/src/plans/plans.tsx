'use client';
import type { Plan } from '@headgate/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ListChecks } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { ask } from '../api/client.ts';
import { usePages, useSession } from '../api/queries.ts';
import { usePlace, useQueryState } from '../shell/place.tsx';
import { Action, Answer, Empty } from '../ui/blocks.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { State } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { useRows } from '../ui/rows.ts';
import { useToast } from '../ui/toast.tsx';
import { ago, brief, short } from '../ui/words.ts';
import { type Column, Table } from '../ui/table.tsx';

const columns: Column[] = [
  { word: 'Plan', width: 130 },
  { word: 'State', width: 150 },
  { word: 'Run, partial, skip' },
  { word: 'Decided by', width: 190, only: 'mid-only' },
  { word: 'Snapshot', width: 130, only: 'mid-only' },
  { word: 'Proposed', width: 110, right: true },
];

/** Every plan of the environment, newest first. */
export function Plans() {
  const { project, environment } = usePlace();
  const session = useSession();
  const plans = usePages('plansList', { project, environment, limit: 50 });
  const [query, set] = useQueryState();
  const may = session.data?.permissions.includes('plan:propose');
  return (
    <div className="fixed">
      <header className="head row between wrap">
        <h1>Plans</h1>
        <div className="row">
          <Action
            id="propose"
            kind="primary large"
            why={may === false ? 'You may not propose plans here' : undefined}
            onAct={() => set({ new: '1' })}
          >
            <ListChecks size={16} aria-hidden /> Plan now
          </Action>
        </div>
      </header>
      <div className="scroll" tabIndex={0} role="region" aria-label="Plans">
        <Answer of={plans}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length === 0 ? (
              <Empty title="Nobody has planned anything here">
                A plan says what would run and why, and runs nothing. Propose the first one.
              </Empty>
            ) : (
              <>
                <PlanTable plans={items} />
                {plans.hasNextPage && (
                  <div className="head">
                    <button className="button" onClick={() => void plans.fetchNextPage()}>
                      Show older plans
                    </button>
                  </div>
                )}
              </>
            );
          }}
        </Answer>
      </div>
      <Propose isOpen={query.get('new') === '1'} close={() => set({ new: undefined })} />
    </div>
  );
}

function PlanTable({ plans }: { plans: Plan[] }) {
  const place = usePlace();
  const router = useRouter();
  const now = useNow();
  const body = useRows<HTMLTableSectionElement>((row) => router.push(place.to('plans', plans[row]!.id)));
  return (
    <Table columns={columns}>
      <tbody ref={body}>
        {plans.map((plan) => (
          <tr key={plan.id} tabIndex={-1} data-row>
            <td className="name">
              <Link href={place.to('plans', plan.id)}>{brief(plan.id)}</Link>
            </td>
            <td>
              <State
                state={plan.status}
                bare
                word={
                  plan.status === 'proposed' && plan.counts.run + plan.counts.partial === 0
                    ? 'Nothing to run'
                    : undefined
                }
              />
            </td>
            <td>
              <span className="row">
                <span className="num" style={{ minWidth: 92 }}>
                  {plan.counts.run}, {plan.counts.partial}, {plan.counts.skip}
                </span>
                <PlanBar counts={plan.counts} />
              </span>
            </td>
            <td className="mid-only ink2">{plan.by ?? 'nobody yet'}</td>
            <td className="mid-only mono ink3">{short(plan.snapshot)}</td>
            <td className="right ink3">{now > 0 ? ago(plan.createdAt, now) : ''}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** What part of a plan runs. */
export function PlanBar({ counts: { run, partial, skip } }: Pick<Plan, 'counts'>) {
  return (
    <span className="bar grow" role="img" aria-label={`${run} run, ${partial} partial, ${skip} skip`}>
      {run > 0 && <i className="run" style={{ flex: run }} />}
      {partial > 0 && <i className="partial" style={{ flex: partial }} />}
      {skip > 0 && <i className="skip" style={{ flex: skip }} />}
    </span>
  );
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean);

function Propose({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const place = usePlace();
  const { project, environment } = place;
  const router = useRouter();
  const client = useQueryClient();
  const say = useToast();
  const [select, setSelect] = useState('');
  const [exclude, setExclude] = useState('');
  const [isFull, setFull] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isOpen) field.current?.focus();
  }, [isOpen]);
  const propose = useMutation({
    mutationFn: () =>
      ask('plansPropose', {
        ...{ project, environment, fullRefresh: isFull },
        ...(wordsOf(select).length > 0 && { select: wordsOf(select) }),
        ...(wordsOf(exclude).length > 0 && { exclude: wordsOf(exclude) }),
      }),
    onSuccess: (plan) => {
      void client.invalidateQueries({ queryKey: ['plansList'] });
      router.push(place.to('plans', plan.id));
    },
    onError: (error) => say(error.message, { isBad: true }),
  });
  return (
    <Dialog isOpen={isOpen} close={close} label="Plan now">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!propose.isPending) propose.mutate();
        }}
      >
        <header>
          <h2>Plan now</h2>
        </header>
        <div className="body">
          <p className="ink2">
            Works out what would run in {environment}, and why. Nothing runs until somebody approves.
          </p>
          <label className="stack" style={{ gap: 4 }}>
            <span className="t12 ink3">Select, in dbt’s words; empty means everything</span>
            <span className="field">
              <input
                ref={field}
                value={select}
                onChange={(event) => setSelect(event.target.value)}
                placeholder="tag:daily orders+"
              />
            </span>
          </label>
          <label className="stack" style={{ gap: 4 }}>
            <span className="t12 ink3">Exclude</span>
            <span className="field">
              <input value={exclude} onChange={(event) => setExclude(event.target.value)} />
            </span>
          </label>
          <label className="check">
            <input type="checkbox" checked={isFull} onChange={(event) => setFull(event.target.checked)} />
            Rebuild incremental tables from nothing
          </label>
        </div>
        <footer>
          <button type="button" className="button" onClick={close}>
            Close
          </button>
          <button className="button primary" aria-disabled={propose.isPending}>
            {propose.isPending ? 'Planning…' : 'Plan'}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
