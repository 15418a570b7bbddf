import type { Blobs, Tx } from '@headgate/kit';
import type { Place } from './commit.ts';
import type { ReadingThread } from './readers.ts';

/** The map of this very graph, where the environment had it before, and the map that it shows now. */
export async function knownSkeletons(
  tx: Tx,
  { project, environment }: Place,
  snapshot: string,
): Promise<{ same: string | undefined; last: string | undefined }> {
  const [row] = await tx.query<{ same: string | null; last: string | null }>(
    `select
       (select skeleton from graph_snapshot where project = $1 and environment = $2 and snapshot = $3 order by seq desc limit 1) as same,
       (select skeleton from graph_snapshot where project = $1 and environment = $2 order by seq desc limit 1) as last`,
    [project, environment, snapshot],
  );
  return { same: row?.same ?? undefined, last: row?.last ?? undefined };
}

/** Keeps the map of the graph that the thread made, laid out as the last one was. */
export async function keepSkeleton(
  thread: ReadingThread,
  blobs: Blobs,
  org: string,
  known: { same: string | undefined; last: string | undefined },
): Promise<string> {
  if (known.same) return known.same;
  const before = known.last ? await blobs.get(org, known.last) : null;
  return blobs.put(org, await thread.skeleton(before));
}
