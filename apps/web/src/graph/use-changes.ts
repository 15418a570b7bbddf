'use client';
import type { NodeChange } from '@headgate/contracts';
import { useMemo } from 'react';
import { useAsk, useWhole } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';

const mostChanges = 10_000;
const nothing: NodeChange[] = [];

/** What differs between the newest snapshot and the one that the address names, by default the one before it. */
export function useChanges(query: URLSearchParams, enabled: boolean) {
  const { project, environment } = usePlace();
  const here = { project, environment };
  const snapshots = useAsk('snapshotsList', { ...here, limit: 50 }, { enabled });
  const earlier = useMemo(() => snapshots.data?.items.slice(1) ?? [], [snapshots.data]);
  const from = earlier.find(({ snapshot }) => snapshot === query.get('from'))?.snapshot ?? earlier[0]?.snapshot;
  const isOn = enabled && from !== undefined;
  const all = useWhole('snapshotsDiff', { ...here, snapshot: from ?? '', limit: 200 }, mostChanges, isOn);
  return {
    ...{ earlier, from, counts: all.data?.first.counts, items: isOn ? (all.data?.items ?? nothing) : nothing },
    /** There is nothing earlier to compare with. */
    isAlone: snapshots.data !== undefined && from === undefined,
    ...{ data: all.data, isFetching: all.isFetching, error: snapshots.error ?? all.error },
  };
}
