'use client';
import { decodeSkeleton } from '@headgate/graph/skeleton';
import { useQuery } from '@tanstack/react-query';
import { type Refusal, unpack } from '../api/client.ts';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { type MapModel, mapModel } from './map-model.ts';

/** The newest snapshot as the server laid it out. `isMissing`: there is no snapshot yet. */
export function useSkeleton() {
  const { project, environment } = usePlace();
  const snapshots = useAsk('snapshotsList', { project, environment, limit: 1 });
  const snapshot = snapshots.data?.items[0]?.snapshot;
  const map = useQuery<MapModel, Refusal>({
    queryKey: ['snapshotsSkeleton', project, environment, snapshot],
    queryFn: async ({ signal }) =>
      mapModel(decodeSkeleton(await unpack('snapshotsSkeleton', { project, environment, snapshot }, signal))),
    enabled: snapshot !== undefined,
    staleTime: Infinity,
    // It is its own structure: comparing it with another of its size would cost more than it could save.
    structuralSharing: false,
  });
  return {
    ...{ model: map.data, snapshot, isMissing: snapshots.data !== undefined && snapshot === undefined },
    ...{ error: snapshots.error ?? map.error, retry: () => void (snapshots.error ? snapshots : map).refetch() },
  };
}
