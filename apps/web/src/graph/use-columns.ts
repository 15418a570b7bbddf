'use client';
import { useMemo } from 'react';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { joined } from './column-lineage.ts';

const kinds = ['value', 'window', 'filter', 'join', 'group', 'order'] as const;

/** Where the columns of an asset come from and go to; of one column, when one is named. */
export function useColumns(asset: string, column: string | undefined, up: number, down: number, limit = 1000) {
  const { project, environment } = usePlace();
  const input = { project, environment, asset, ...(column && { column }), kinds: [...kinds], limit };
  const above = useAsk('lineageGraph', { ...input, direction: 'up', depth: Math.max(1, up) }, { keep: true });
  const below = useAsk('lineageGraph', { ...input, direction: 'down', depth: Math.max(1, down) }, { keep: true });
  const lineage = useMemo(() => above.data && below.data && joined([above.data, below.data]), [above.data, below.data]);
  return {
    ...{ lineage, state: above.data?.state, error: above.error ?? below.error },
    isCut: above.data?.truncated === true || below.data?.truncated === true,
    retry: () => void (above.error ? above : below).refetch(),
  };
}
