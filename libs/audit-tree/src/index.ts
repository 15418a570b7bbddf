export { append, type MadeNode } from './append.ts';
export { checkpointDigest, keyIdOf, signCheckpoint, signatureHolds } from './checkpoint.ts';
export { emptyRoot, leafHash, nodeHash } from './hash.ts';
export { type ExportVerdict, type Known, verifyExport } from './export.ts';
export { consistencyPath, frontierNodes, inclusionPath, type NodeAt, nodesOf, rootOf, type Span } from './path.ts';
export { consistencyHolds, inclusionHolds } from './proof.ts';
export { type Finding, RecordCheck, type RecordedLeaf } from './record.ts';
