export { type Adjacency, adjacency, adjacencyOf, type Direction, neighbours, type Rows } from './adjacency.ts';
export { GraphBuilder, logicalGraph, projectOf } from './build.ts';
export { diffGraphs, diffNodes, type GraphDiff, type GraphEdge, type NodeDiff } from './diff.ts';
export { type Fragment, fragmentOf, marksIn, termsOf } from './fragment.ts';
export { type Impact, impactOf } from './impact.ts';
export {
  type GraphColumn,
  type GraphNode,
  type GraphRelation,
  graphSchemaVersion,
  type GraphTest,
  type LogicalGraph,
  urnOf,
} from './logical-graph.ts';
export {
  edgesAmong,
  type Frontier,
  frontierOf,
  type Neighbourhood,
  neighbourhood,
  type NeighbourhoodOptions,
} from './neighbourhood.ts';
export { skeletonOf } from './map.ts';
export { manifestMember } from './manifest-member.ts';
export { packedSkeleton } from './packed-skeleton.ts';
export { betweenNodes, pathBetween, reach, type Reached, type ReachOptions, topological } from './reach.ts';
export {
  nodeDigest,
  sealGraph,
  type SealedGraph,
  type SnapshotDigests,
  snapshotDigests,
  snapshotId,
} from './snapshot.ts';
export { type Rollup, rollup, type RollupEdge, type RollupGroup } from './rollup.ts';
export { type Count, tally } from './tally.ts';
export { decodeSkeleton, encodeSkeleton, MalformedError, type Skeleton } from './skeleton.ts';
