'use client';
import type { RunNode } from '@headgate/contracts';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { AssetIcon, State } from '../ui/marks.tsx';
import { Empty } from '../ui/blocks.tsx';
import { duration, nameOf, typeOf } from '../ui/words.ts';
import { type Column, Gap, Table } from '../ui/table.tsx';

const columns: Column[] = [
  { word: 'Node' },
  { word: 'State', width: 130 },
  { word: 'Took', width: 90, right: true },
  { word: 'Relation or message', width: '36%', only: 'mid-only' },
];

interface Props {
  nodes: RunNode[];
  chosen: string | undefined;
  choose: (node: string) => void;
}

/** The same nodes as the timeline, as a table. */
export function RunTable({ nodes, chosen, choose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => box.current,
    estimateSize: () => 32,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  if (nodes.length === 0)
    return (
      <Empty title="dbt has not come to a node yet">
        It reads the project first; the log below shows how far it is.
      </Empty>
    );
  return (
    <div className="scroll" ref={box} tabIndex={0} role="region" aria-label="Nodes of the run">
      <Table columns={columns} rows={nodes.length}>
        <tbody>
          <Gap height={items[0]?.start ?? 0} columns={columns} />
          {items.map(({ index }) => {
            const node = nodes[index]!;
            return (
              <tr
                key={node.node}
                aria-rowindex={index + 2}
                className={node.node === chosen ? 'chosen' : ''}
                onClick={() => choose(node.node)}
              >
                <td className="name">
                  <AssetIcon type={typeOf(node.node)} />
                  <button onClick={() => choose(node.node)}>{nameOf(node.node)}</button>
                </td>
                <td>
                  <State state={node.status} bare />
                </td>
                <td className="right num">{node.durationMs === undefined ? '' : duration(node.durationMs)}</td>
                <td className="mid-only ink3">{node.message || node.relation}</td>
              </tr>
            );
          })}
          <Gap height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} columns={columns} />
        </tbody>
      </Table>
    </div>
  );
}
