'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { AssetIcon } from '../ui/marks.tsx';
import { count } from '../ui/words.ts';
import type { GraphState } from './workspace.tsx';

export interface TwinRow {
  id: string;
  name: string;
  type: string;
  materialization?: string | undefined;
  /** What the lens says of it. */
  word?: string | undefined;
  reads: number;
  feeds: number;
  /** What is known of it but not drawn. */
  beyond?: string | undefined;
}
interface Props extends GraphState {
  rows: number;
  rowAt: (index: number) => TwinRow;
  /** The lens's head. */
  lens?: string | undefined;
  selected: string;
  select: (id: string) => void;
  focus: (id: string) => void;
}

const heads = [
  ['name', 'Asset', undefined],
  ['type', 'Kind', 130],
  ['word', '', 150],
  ['reads', 'Reads', 80],
  ['feeds', 'Feeds', 80],
  ['beyond', 'Beyond the picture', 160],
] as const;

/** The same nodes and edges as the drawing, one row a node. */
export function Twin({ query, set, rows, rowAt, lens, selected, select, focus }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const sort = query.get('sort') ?? '';
  const order = useMemo(() => sorted(rows, rowAt, sort), [rows, rowAt, sort]);
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => box.current,
    estimateSize: () => 32,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const shown = heads.filter(([name]) => name !== 'word' || lens);
  const gap = (height: number) =>
    height > 0 && (
      <tr aria-hidden className="gap">
        <td colSpan={shown.length} style={{ height, padding: 0, border: 0 }} />
      </tr>
    );
  return (
    <div className="scroll" ref={box} tabIndex={0} role="region" aria-label="The drawing as a table">
      <table className="table" aria-rowcount={rows + 1}>
        <colgroup>
          {shown.map(([name, , width]) => (
            <col key={name} style={width ? { width } : undefined} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {shown.map(([name, word]) => (
              <Head key={name} name={name} word={word || lens!} sort={sort} set={(value) => set({ sort: value })} />
            ))}
          </tr>
        </thead>
        <tbody>
          {gap(items[0]?.start ?? 0)}
          {items.map(({ index }) => {
            const row = rowAt(order?.[index] ?? index);
            return (
              <tr
                key={row.id}
                aria-rowindex={index + 2}
                className={row.id === selected ? 'chosen' : ''}
                onClick={() => select(row.id)}
              >
                <td className="name">
                  <AssetIcon type={row.type} built={row.materialization} />
                  <button
                    title={row.id}
                    aria-pressed={row.id === selected}
                    onClick={() => select(row.id)}
                    onDoubleClick={() => focus(row.id)}
                  >
                    {row.name}
                  </button>
                </td>
                <td className="ink2">{row.materialization ?? row.type}</td>
                {lens && <td className="ink2">{row.word}</td>}
                <td className="right num">{count(row.reads)}</td>
                <td className="right num">{count(row.feeds)}</td>
                <td className="ink3">{row.beyond}</td>
              </tr>
            );
          })}
          {gap(virtual.getTotalSize() - (items.at(-1)?.end ?? 0))}
        </tbody>
      </table>
    </div>
  );
}

function Head({
  name,
  word,
  sort,
  set,
}: {
  name: string;
  word: string;
  sort: string;
  set: (sort: string | undefined) => void;
}) {
  const isUp = sort === name;
  const isDown = sort === `-${name}`;
  const next = isUp ? `-${name}` : isDown ? undefined : name;
  const isRight = name === 'reads' || name === 'feeds';
  return (
    <th
      scope="col"
      className={isRight ? 'right' : ''}
      aria-sort={isUp ? 'ascending' : isDown ? 'descending' : undefined}
    >
      <button className="sort" onClick={() => set(next)} title={`Sort by ${word.toLowerCase()}`}>
        {word} {isUp && <ArrowUp size={12} aria-hidden />}
        {isDown && <ArrowDown size={12} aria-hidden />}
      </button>
    </th>
  );
}

/** The rows in the order that the address asks for; none: as they are. */
function sorted(rows: number, rowAt: (index: number) => TwinRow, sort: string): Uint32Array | undefined {
  const name = sort.replace(/^-/, '') as keyof TwinRow;
  if (!heads.some(([one]) => one === name)) return undefined;
  const values = Array.from({ length: rows }, (_, index) => rowAt(index)[name] ?? '');
  const sign = sort.startsWith('-') ? -1 : 1;
  return Uint32Array.from(values.keys()).sort((one, other) => {
    const [a, b] = [values[one]!, values[other]!];
    return (a < b ? -sign : a > b ? sign : 0) || one - other;
  });
}
