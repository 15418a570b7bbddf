'use client';
import type { AssetDetail } from '@headgate/contracts';
import { Search } from 'lucide-react';
import Link from 'next/link';
import { useMemo } from 'react';
import type { ColumnLineage } from '../graph/column-lineage.ts';
import { useColumns } from '../graph/use-columns.ts';
import { usePlace, useQueryState } from '../shell/place.tsx';
import { Empty } from '../ui/blocks.tsx';
import { stateLook } from '../ui/marks.tsx';
import { type Column as Heading, Table } from '../ui/table.tsx';

type Column = AssetDetail['columns'][number];
const headings: Heading[] = [
  { word: 'Column', width: '24%' },
  { word: 'Type', width: 130 },
  { word: 'Description' },
  { word: 'Tests', width: '22%', only: 'mid-only' },
  { word: 'Lineage', width: 140 },
];
const mostEdges = 2000;
const mostTests = 3;

/** Every column with its type, what is written about it, what tests it, and which columns it comes from and feeds. */
export function AssetColumns({ id, columns }: { id: string; columns: AssetDetail['columns'] }) {
  const [query, set] = useQueryState();
  const { lineage } = useColumns(id, undefined, 1, 1, mostEdges);
  const sums = useMemo(() => lineage && sumsOf(lineage), [lineage]);
  const q = (query.get('q') ?? '').toLowerCase();
  const shown = columns.filter(({ name, description }) => `${name} ${description ?? ''}`.toLowerCase().includes(q));
  if (columns.length === 0)
    return (
      <Empty title="Its columns are not known yet">
        They come from a catalog: run <code>dbt docs generate</code> and ingest the result, or describe them in YAML.
      </Empty>
    );
  return (
    <>
      <div className="tools" style={{ paddingTop: 10 }}>
        <label className="field" style={{ width: 220 }}>
          <Search size={14} aria-hidden />
          <input
            type="search"
            aria-label="Filter columns"
            placeholder="Filter columns"
            value={query.get('q') ?? ''}
            onChange={(event) => set({ q: event.target.value })}
          />
          <kbd>/</kbd>
        </label>
        <span className="grow" />
        <span className="t12 ink3">
          {shown.length} of {columns.length}, {columns.filter(({ description }) => description).length} described
          {(lineage?.edges.length ?? 0) >= mostEdges && ', of its lineage a part is counted'}
        </span>
      </div>
      <Table columns={headings}>
        <tbody>
          {shown.map((column) => (
            <tr key={column.name}>
              <td className="mono">{column.name}</td>
              <td className="ink2">{column.type ?? 'unknown'}</td>
              <td className={column.description ? 'ink2' : 'ink3'}>{column.description || 'none'}</td>
              <td className="mid-only">
                <Tests tests={column.tests ?? []} />
              </td>
              <td>
                <Lineage id={id} column={column.name} sum={sums?.get(column.name)} isKnown={sums !== undefined} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}

function Tests({ tests }: { tests: NonNullable<Column['tests']> }) {
  if (tests.length === 0) return <span className="ink3">none</span>;
  return (
    <span className="row" title={tests.map(({ kind, status }) => `${kind}: ${status?.status ?? 'not run'}`).join(', ')}>
      {tests.slice(0, mostTests).map(({ id, kind, status }) => {
        const [className, Icon, word] = stateLook(status?.status ?? 'not run');
        return (
          <span key={id} className={`state bare ${className}`}>
            <Icon size={14} role="img" aria-label={word} /> {kind.replace(/_/g, ' ')}
          </span>
        );
      })}
      {tests.length > mostTests && <span className="ink3">+{tests.length - mostTests}</span>}
    </span>
  );
}

interface Sum {
  up: number;
  down: number;
}
function Lineage({ id, column, sum, isKnown }: { id: string; column: string; sum: Sum | undefined; isKnown: boolean }) {
  const place = usePlace();
  if (!isKnown) return <span className="ink3">…</span>;
  if (!sum) return <span className="ink3">not known</span>;
  const query = new URLSearchParams({ root: id, columns: '1', column });
  return (
    <Link className="link num" href={`${place.to('graph')}?${query}`}>
      {sum.up} up, {sum.down} down
    </Link>
  );
}

/** How many columns each column of the start comes from and goes to, one step away. */
function sumsOf({ edges, root }: ColumnLineage): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  const add = (column: string | undefined, side: keyof Sum) => {
    if (column === undefined) return;
    const sum = sums.get(column) ?? { up: 0, down: 0 };
    sum[side] += 1;
    sums.set(column, sum);
  };
  for (const { from, to } of edges) {
    if (to.urn === root) add(to.column, 'up');
    if (from.urn === root) add(from.column, 'down');
  }
  return sums;
}
