'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { AssetIcon } from '../ui/marks.tsx';
import type { Drawn } from './drawing.tsx';

interface Props {
  drawn: Drawn;
  selected: string;
  select: (id: string) => void;
  focus: (id: string) => void;
}

/** The same nodes and edges as the drawing, one row a node. */
export function Twin({ drawn: { nodes, edges, frontier }, selected, select, focus }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const sums = useMemo(() => {
    const into = new Map<string, number>();
    const out = new Map<string, number>();
    for (const { from, to } of edges) {
      out.set(from, (out.get(from) ?? 0) + 1);
      into.set(to, (into.get(to) ?? 0) + 1);
    }
    return { into, out };
  }, [edges]);
  const virtual = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => box.current,
    estimateSize: () => 32,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const gap = (height: number) =>
    height > 0 && (
      <tr aria-hidden className="gap">
        <td colSpan={5} style={{ height, padding: 0, border: 0 }} />
      </tr>
    );
  return (
    <div className="scroll" ref={box} tabIndex={0} role="region" aria-label="The drawing as a table">
      <table className="table" aria-rowcount={nodes.length + 1}>
        <colgroup>
          <col />
          <col style={{ width: 120 }} />
          <col style={{ width: 90 }} />
          <col style={{ width: 90 }} />
          <col style={{ width: 150 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Asset</th>
            <th scope="col">Kind</th>
            <th scope="col" className="right">
              Reads
            </th>
            <th scope="col" className="right">
              Feeds
            </th>
            <th scope="col">Beyond the picture</th>
          </tr>
        </thead>
        <tbody>
          {gap(items[0]?.start ?? 0)}
          {items.map(({ index }) => {
            const node = nodes[index]!;
            const beyond = frontier.filter((one) => one.node === node.id);
            return (
              <tr
                key={node.id}
                aria-rowindex={index + 2}
                className={node.id === selected ? 'chosen' : ''}
                onClick={() => select(node.id)}
              >
                <td className="name">
                  <AssetIcon type={node.type} built={node.materialization} />
                  <button onClick={() => select(node.id)} onDoubleClick={() => focus(node.id)}>
                    {node.name}
                  </button>
                </td>
                <td className="ink2">{node.materialization ?? node.type}</td>
                <td className="right num">{sums.into.get(node.id) ?? 0}</td>
                <td className="right num">{sums.out.get(node.id) ?? 0}</td>
                <td className="ink3">{beyond.map(({ direction, hidden }) => `${hidden} ${direction}`).join(', ')}</td>
              </tr>
            );
          })}
          {gap(virtual.getTotalSize() - (items.at(-1)?.end ?? 0))}
        </tbody>
      </table>
    </div>
  );
}
