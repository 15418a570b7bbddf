'use client';
import type { PlanLine } from '@headgate/contracts';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { Fragment, useEffect, useRef, useState } from 'react';
import { useAsk } from '../api/queries.ts';
import { useKeys } from '../shell/keys.ts';
import { Empty } from '../ui/blocks.tsx';
import { AssetIcon, Verdict } from '../ui/marks.tsx';
import { type Column, Gap, Table } from '../ui/table.tsx';
import { count, nameOf, typeOf } from '../ui/words.ts';
import { EntryDetail } from './entry-detail.tsx';
import type { Lines, Row } from './plan-lines.ts';
import { clause, partName } from './reasons.ts';

export const verdictWords = { RUN: 'Run', PARTIAL: 'Partial', SKIP: 'Skip' };
const notes = {
  RUN: 'rebuilt, for the reason beside each',
  PARTIAL: 'some of its batches, or its tests alone',
  SKIP: 'untouched, the last build stands',
};
const columns: Column[] = [
  { word: 'Decision', width: 140 },
  { word: 'Asset' },
  { word: 'Reason', width: '28%' },
  { word: 'Own change', width: 150, only: 'wide-only' },
  { word: 'Cost', width: 120, only: 'mid-only' },
  { word: 'Policy', width: 130, only: 'mid-only' },
];
const [rowHeight, openHeight] = [32, 360];
/** More rows are asked for when so few are left below. */
const aheadRows = 40;

interface Props {
  lines: Lines;
  open: string;
  setOpen: (id: string | undefined) => void;
  plan: string;
}

export function EntryTable({ lines, open, setOpen, plan }: Props) {
  const box = useRef<HTMLDivElement>(null);
  /** Where the keys are, and whether the focus is still on its way there: Enter may come sooner than the next frame. */
  const at = useRef({ index: -1, isMoving: false });
  const rows = useLinkedFirst(lines, open, plan);
  const idAt = (index: number) => {
    const row = rows[index];
    return row && 'line' in row ? row.line.id : undefined;
  };
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => (open !== '' && idAt(index) === open ? openHeight : rowHeight),
    overscan: 12,
    getItemKey: (index) => idAt(index) ?? `group ${index}`,
  });
  const items = virtual.getVirtualItems();
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = lines.of;
  const isNear = (items.at(-1)?.index ?? 0) > rows.length - aheadRows;
  useEffect(() => {
    if (isNear && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isNear, hasNextPage, isFetchingNextPage, fetchNextPage]);

  // One that is near is brought into view, once.
  const isPlaced = useRef(false);
  useEffect(() => {
    if (isPlaced.current) return;
    isPlaced.current = true;
    const index = open === '' ? -1 : rows.findIndex((row) => 'line' in row && row.line.id === open);
    if (index >= 0) virtual.scrollToIndex(index, { align: 'start' });
  }, [rows, open, virtual]);

  const move = (step: number) => {
    let next = at.current.index + step;
    while (rows[next] && !idAt(next)) next += step;
    if (!rows[next]) return;
    at.current = { index: next, isMoving: true };
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => {
      at.current.isMoving = false;
      box.current?.querySelector<HTMLElement>(`tr[data-index="${at.current.index}"]`)?.focus();
    });
  };
  const toggle = (id: string) => setOpen(id === open ? undefined : id);
  const openHere = () => {
    const id = idAt(at.current.index);
    const isHere = at.current.isMoving || document.activeElement?.matches('tr[data-index]');
    if (isHere && id) toggle(id);
    else (document.activeElement as HTMLElement | null)?.click();
  };
  useKeys({ j: () => move(1), k: () => move(-1), Enter: openHere, o: openHere, Escape: () => setOpen(undefined) });

  if (rows.length === 0 && !hasNextPage)
    return <Empty title="No verdict matches">Clear the filter to see all of them.</Empty>;
  return (
    <div className="scroll edge" ref={box} tabIndex={0} role="region" aria-label="Verdicts">
      <Table columns={columns} rows={lines.total}>
        <tbody>
          <Gap height={items[0]?.start ?? 0} columns={columns} />
          {items.map(({ index, key }) => {
            const row = rows[index]!;
            if (!('line' in row))
              return <GroupRow key={key} row={row} index={index} measure={virtual.measureElement} />;
            const isOpen = row.line.id === open;
            return (
              <Fragment key={key}>
                <LineRow
                  line={row.line}
                  index={index}
                  isOpen={isOpen}
                  toggle={() => ((at.current.index = index), toggle(row.line.id))}
                  measure={isOpen ? undefined : virtual.measureElement}
                />
                {isOpen && (
                  <tr className="opened">
                    <td colSpan={columns.length}>
                      <EntryDetail id={row.line.id} lines={lines.byId} plan={plan} />
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
          <Gap height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} columns={columns} />
        </tbody>
      </Table>
    </div>
  );
}

/** Coming by a link to one node that is far down the plan: it stands first. */
function useLinkedFirst({ rows, byId }: Lines, open: string, plan: string): Row[] {
  const [far] = useState(byId.has(open) ? '' : open);
  const linked = useAsk('plansEntry', { plan, node: far }, { enabled: far !== '', forever: true }).data;
  if (!linked) return rows;
  const { id, type, verdict, reasons, cause } = linked.entry;
  const line = { id, type, verdict, reasons, cause, why: linked.words[0] ?? '' };
  return [{ line }, ...rows.filter((row) => !('line' in row && row.line.id === id))];
}

type Measure = (row: HTMLTableRowElement | null) => void;

const GroupRow = ({
  row,
  index,
  measure,
}: {
  row: Extract<Row, { group: unknown }>;
  index: number;
  measure: Measure;
}) => (
  <tr className="group" data-index={index} ref={measure} aria-rowindex={index + 2}>
    <td colSpan={columns.length}>
      <b>
        {verdictWords[row.group]}, {count(row.total)}
      </b>{' '}
      · {notes[row.group]}
    </td>
  </tr>
);

interface LineProps {
  line: PlanLine;
  index: number;
  isOpen: boolean;
  toggle: () => void;
  measure: Measure | undefined;
}

function LineRow({ line, index, isOpen, toggle, measure }: LineProps) {
  const name = nameOf(line.id);
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
        <Verdict verdict={line.verdict} />
      </td>
      <td className="name" title={line.id}>
        <AssetIcon type={typeOf(line.id)} />
        {name}
      </td>
      <td title={line.reasons.map(clause).join('; ')}>
        {clause(line.reasons[0]!)}
        {line.reasons.length > 1 && <span className="ink3"> +{line.reasons.length - 1}</span>}
      </td>
      <td className="wide-only ink3">
        {line.changed?.map((part) => partName(part).replace(/^its /, '')).join(', ') ?? 'none'}
      </td>
      <td className="mid-only ink3">not configured</td>
      <td className="mid-only ink3">not configured</td>
    </tr>
  );
}
