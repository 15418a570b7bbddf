'use client';
import type { RunNode } from '@headgate/contracts';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { AssetIcon, State } from '../ui/marks.tsx';
import { Empty } from '../ui/blocks.tsx';
import { duration, nameOf, typeOf } from '../ui/words.ts';

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
      <table className="table" aria-rowcount={nodes.length + 1}>
        <colgroup>
          <col />
          <col style={{ width: 130 }} />
          <col style={{ width: 90 }} />
          <col style={{ width: '36%' }} className="mid-only" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">State</th>
            <th scope="col" className="right">
              Took
            </th>
            <th scope="col" className="mid-only">
              Relation or message
            </th>
          </tr>
        </thead>
        <tbody>
          <Gap height={items[0]?.start ?? 0} />
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
          <Gap height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} />
        </tbody>
      </table>
    </div>
  );
}

const Gap = ({ height }: { height: number }) =>
  height > 0 ? (
    <tr aria-hidden className="gap">
      <td colSpan={4} style={{ height, padding: 0, border: 0 }} />
    </tr>
  ) : null;
