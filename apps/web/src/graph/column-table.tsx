'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { type ColumnLineage, endWord } from './column-lineage.ts';
import type { GraphState } from './workspace.tsx';

const origins: Record<string, string> = {
  sql: 'SQL',
  confirmed: 'confirmed',
  added: 'added by hand',
  rejected: 'rejected',
};

/** The lineage of columns, one row an edge. */
export function ColumnTable({ lineage, set }: { lineage: ColumnLineage; set: GraphState['set'] }) {
  const box = useRef<HTMLDivElement>(null);
  const nodes = useMemo(() => new Map(lineage.nodes.map((node) => [node.urn, node])), [lineage]);
  const edges = useMemo(() => [...lineage.edges, ...lineage.rejected], [lineage]);
  const virtual = useVirtualizer({
    ...{ count: edges.length, getScrollElement: () => box.current, estimateSize: () => 32, overscan: 10 },
  });
  const rows = virtual.getVirtualItems();
  const end = ({ urn, column }: { urn: string; column?: string }) => {
    const node = nodes.get(urn);
    const words = (
      <>
        {node?.name ?? urn} <code>{endWord(column)}</code>
      </>
    );
    if (!node?.id) return <span className="cut">{words}</span>;
    return (
      <button className="cut" onClick={() => set({ root: node.id, column, sel: undefined }, true)}>
        {words}
      </button>
    );
  };
  const gap = (height: number) =>
    height > 0 && (
      <tr aria-hidden className="gap">
        <td colSpan={5} style={{ height, padding: 0, border: 0 }} />
      </tr>
    );
  return (
    <div className="scroll" ref={box} tabIndex={0} role="region" aria-label="The drawing as a table">
      <table className="table" aria-rowcount={edges.length + 1}>
        <colgroup>
          <col />
          <col />
          <col style={{ width: 90 }} />
          <col style={{ width: 90 }} />
          <col style={{ width: 150 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Kind</th>
            <th scope="col" className="right">
              Certain
            </th>
            <th scope="col">Known from</th>
          </tr>
        </thead>
        <tbody>
          {gap(rows[0]?.start ?? 0)}
          {rows.map(({ index }) => {
            const edge = edges[index]!;
            return (
              <tr key={index} aria-rowindex={index + 2}>
                <td className="name">{end(edge.from)}</td>
                <td className="name">{end(edge.to)}</td>
                <td className="ink2">{edge.kind}</td>
                <td className="right num">{Math.round(edge.confidence * 100)} %</td>
                <td className="ink2">
                  {origins[edge.origin]}
                  {edge.line !== undefined && `, line ${edge.line}`}
                </td>
              </tr>
            );
          })}
          {gap(virtual.getTotalSize() - (rows.at(-1)?.end ?? 0))}
        </tbody>
      </table>
    </div>
  );
}
