'use client';
import { useCallback, useMemo } from 'react';
import type { Drawn } from './drawn.ts';
import type { Lens } from './lens.ts';
import { Twin, type TwinRow } from './twin.tsx';
import type { GraphState } from './workspace.tsx';

interface Props extends GraphState {
  drawn: Drawn;
  lens?: Lens | undefined;
  selected: string;
  select: (id: string) => void;
  focus: (id: string) => void;
}

/** The table of what a drawing shows. */
export function FocusTwin({ drawn, lens, ...rest }: Props) {
  const sums = useMemo(() => {
    const sum = (key: 'from' | 'to') => {
      const many = new Map<string, number>();
      for (const edge of drawn.edges) many.set(edge[key], (many.get(edge[key]) ?? 0) + 1);
      return many;
    };
    const beyond = new Map<string, string[]>();
    for (const { node, direction, hidden } of drawn.frontier)
      beyond.set(node, [...(beyond.get(node) ?? []), `${hidden} ${direction}`]);
    return { reads: sum('to'), feeds: sum('from'), beyond };
  }, [drawn]);
  const rowAt = useCallback(
    (index: number): TwinRow => {
      const node = drawn.nodes[index]!;
      const { id, name, type, materialization } = node;
      return {
        ...{ id, name, type, materialization, word: lens?.keys[lens.of(node)]!.word },
        ...{ reads: sums.reads.get(id) ?? 0, feeds: sums.feeds.get(id) ?? 0, beyond: sums.beyond.get(id)?.join(', ') },
      };
    },
    [drawn, sums, lens],
  );
  return <Twin {...rest} rows={drawn.nodes.length} rowAt={rowAt} lens={lens?.word} />;
}
