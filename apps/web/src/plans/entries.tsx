'use client';
import type { Plan, PlanEntry } from '@headgate/contracts';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight, Search } from 'lucide-react';
import { Fragment, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useKeys } from '../shell/keys.ts';
import { useQueryState } from '../shell/place.tsx';
import { Empty } from '../ui/blocks.tsx';
import { AssetIcon, Verdict } from '../ui/marks.tsx';
import { count, nameOf, several, typeOf } from '../ui/words.ts';
import { EntryDetail } from './entry-detail.tsx';
import { changedParts, clause } from './reasons.ts';

const order = ['RUN', 'PARTIAL', 'SKIP'] as const;
const words = { RUN: 'Run', PARTIAL: 'Partial', SKIP: 'Skip' };
const notes = {
  RUN: 'rebuilt, for the reason beside each',
  PARTIAL: 'only the partitions whose input moved',
  SKIP: 'untouched, the last build stands',
};
type Row = { group: (typeof order)[number]; total: number } | { entry: PlanEntry };
const columns = 6;

/** Every verdict of a plan, grouped, one open at a time. */
export function Entries({ plan, entries }: { plan: Plan; entries: PlanEntry[] }) {
  const [query, set] = useQueryState();
  const verdict = query.get('filter') ?? '';
  const q = query.get('q') ?? '';
  const open = query.get('node') ?? '';
  const rows = useRowsOf(entries, verdict, useDeferredValue(q));
  const byId = useMemo(() => new Map(entries.map((entry) => [entry.id, entry])), [entries]);
  const counts: Record<string, number> = { RUN: plan.counts.run, PARTIAL: plan.counts.partial, SKIP: plan.counts.skip };
  const shown = rows.filter((row) => 'entry' in row).length;
  return (
    <>
      <div className="tools">
        <div className="segments" role="group" aria-label="Decision">
          <button aria-pressed={verdict === ''} onClick={() => set({ filter: undefined })}>
            All <span className="ink3 num">{count(plan.total)}</span>
          </button>
          {order.map((one) => (
            <button
              key={one}
              aria-pressed={verdict === one.toLowerCase()}
              onClick={() => set({ filter: one.toLowerCase() })}
            >
              {words[one]} <span className="ink3 num">{count(counts[one] ?? 0)}</span>
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
        <span className="ink3 t12 num mid-only">
          {count(shown)} of {several(plan.total, 'row')}
        </span>
      </div>
      <EntryTable rows={rows} open={open} setOpen={(id) => set({ node: id })} byId={byId} plan={plan.id} />
    </>
  );
}

function useRowsOf(entries: PlanEntry[], verdict: string, q: string): Row[] {
  return useMemo(() => {
    const wanted = q.toLowerCase();
    return order.flatMap((group): Row[] => {
      if (verdict && verdict !== group.toLowerCase()) return [];
      const found = entries.filter((entry) => entry.verdict === group && entry.id.toLowerCase().includes(wanted));
      // Models before their tests: people look for tables.
      found.sort((one, other) => Number(one.type.includes('test')) - Number(other.type.includes('test')));
      return found.length === 0 ? [] : [{ group, total: found.length }, ...found.map((entry) => ({ entry }))];
    });
  }, [entries, verdict, q]);
}

interface TableProps {
  rows: Row[];
  open: string;
  setOpen: (id: string | undefined) => void;
  byId: ReadonlyMap<string, PlanEntry>;
  plan: string;
}

function EntryTable({ rows, open, setOpen, byId, plan }: TableProps) {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(-1);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => (rows[index] && 'entry' in rows[index] && rows[index].entry.id === open ? 360 : 32),
    overscan: 12,
    getItemKey: (index) => {
      const row = rows[index]!;
      return 'entry' in row ? row.entry.id : row.group;
    },
  });
  const move = (step: number) => {
    let next = at + step;
    while (rows[next] && !('entry' in rows[next]!)) next += step;
    if (!rows[next]) return;
    setAt(next);
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`tr[data-index="${next}"]`)?.focus());
  };
  const toggle = (id: string) => setOpen(id === open ? undefined : id);
  const openHere = () => {
    const row = rows[at];
    if (document.activeElement?.matches('tr[data-index]') && row && 'entry' in row) toggle(row.entry.id);
    else (document.activeElement as HTMLElement | null)?.click();
  };
  useKeys({ j: () => move(1), k: () => move(-1), Enter: openHere, o: openHere, Escape: () => setOpen(undefined) });
  // Coming by a link to one node: it is brought into view once.
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current || !open) return;
    const index = rows.findIndex((row) => 'entry' in row && row.entry.id === open);
    if (index >= 0) virtual.scrollToIndex(index, { align: 'start' });
    isFirst.current = false;
  }, [rows, open, virtual]);

  if (rows.length === 0) return <Empty title="No verdict matches">Clear the filter to see all of them.</Empty>;
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className="scroll edge" ref={box} tabIndex={0} role="region" aria-label="Verdicts">
      <table className="table" aria-rowcount={rows.length + 1}>
        <colgroup>
          <col style={{ width: 140 }} />
          <col />
          <col style={{ width: '28%' }} />
          <col style={{ width: 150 }} className="wide-only" />
          <col style={{ width: 120 }} className="mid-only" />
          <col style={{ width: 130 }} className="mid-only" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Decision</th>
            <th scope="col">Asset</th>
            <th scope="col">Reason</th>
            <th scope="col" className="wide-only">
              Evidence
            </th>
            <th scope="col" className="mid-only">
              Cost
            </th>
            <th scope="col" className="mid-only">
              Policy
            </th>
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Gap height={before} />}
          {items.map(({ index }) => {
            const row = rows[index]!;
            if (!('entry' in row))
              return (
                <tr
                  className="group"
                  key={row.group}
                  data-index={index}
                  ref={virtual.measureElement}
                  aria-rowindex={index + 2}
                >
                  <td colSpan={columns}>
                    <b>
                      {words[row.group]}, {count(row.total)}
                    </b>{' '}
                    · {notes[row.group]}
                  </td>
                </tr>
              );
            const { entry } = row;
            const isOpen = entry.id === open;
            return (
              <Fragment key={entry.id}>
                <EntryRow
                  entry={entry}
                  index={index}
                  isOpen={isOpen}
                  toggle={() => (setAt(index), toggle(entry.id))}
                  measure={isOpen ? undefined : virtual.measureElement}
                />
                {isOpen && (
                  <tr className="opened">
                    <td colSpan={columns}>
                      <EntryDetail entry={entry} byId={byId} plan={plan} />
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
          {after > 0 && <Gap height={after} />}
        </tbody>
      </table>
    </div>
  );
}

const Gap = ({ height }: { height: number }) => (
  <tr aria-hidden className="gap">
    <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
  </tr>
);

interface RowProps {
  entry: PlanEntry;
  index: number;
  isOpen: boolean;
  toggle: () => void;
  measure: ((row: HTMLTableRowElement | null) => void) | undefined;
}

function EntryRow({ entry, index, isOpen, toggle, measure }: RowProps) {
  const name = nameOf(entry.id);
  const changed = changedParts(entry)[0];
  const { state, fingerprint } = entry.evidence;
  const hex = (digest: string) => digest.slice(7, 11);
  return (
    <tr
      data-index={index}
      ref={measure}
      tabIndex={-1}
      aria-rowindex={index + 2}
      className={isOpen ? 'chosen' : ''}
      onClick={toggle}
    >
      <td>
        <button
          className="caret"
          aria-expanded={isOpen}
          aria-label={`Why ${name}`}
          onClick={(event) => (event.stopPropagation(), toggle())}
        >
          {isOpen ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
        </button>
        <Verdict verdict={entry.verdict} />
      </td>
      <td className="name" title={entry.id}>
        <AssetIcon type={typeOf(entry.id)} />
        {name}
      </td>
      <td title={entry.reasons.map(clause).join('; ')}>
        {clause(entry.reasons[0]!)}
        {entry.reasons.length > 1 && <span className="ink3"> +{entry.reasons.length - 1}</span>}
      </td>
      <td className="wide-only mono ink3">
        {changed
          ? `${changed.before} → ${changed.after}`
          : state?.fingerprint
            ? `${hex(state.fingerprint)} ${state.fingerprint === fingerprint ? '=' : '→'} ${hex(fingerprint)}`
            : `→ ${hex(fingerprint)}`}
      </td>
      <td className="mid-only ink3">no basis</td>
      <td className="mid-only ink3">not configured</td>
    </tr>
  );
}
