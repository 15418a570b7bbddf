import { gunzipSync, gzipSync } from 'node:zlib';
import type { LogicalGraph } from './logical-graph.ts';
import { skeletonOf } from './map.ts';
import { decodeSkeleton, encodeSkeleton, MalformedError, type Skeleton } from './skeleton.ts';

/** More than two million nodes need. */
const mostBytes = 2 ** 29;

/** The map of a graph as it is kept and sent: gzip of the skeleton's bytes. `before` is the packed map of the last graph. */
export function packedSkeleton(graph: LogicalGraph, before: Uint8Array | null): Uint8Array {
  return gzipSync(encodeSkeleton(skeletonOf(graph, before ? unpacked(before) : undefined)), { level: 9 });
}

/** A map of another version has no order that could be kept. */
function unpacked(bytes: Uint8Array): Skeleton | undefined {
  try {
    return decodeSkeleton(gunzipSync(bytes, { maxOutputLength: mostBytes }));
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
