export type { Manifest, ManifestMacro, ManifestMetadata, ManifestNode } from './manifest.ts';
export type { ArtifactKind, Claim } from './artifact/claimed.ts';
export { type Bounds, defaultBounds } from './artifact/members.ts';
export type { NodeVisitor } from './artifact/node-stream.ts';
export type { NodeMap } from './artifact/normalise-manifest.ts';
export type { ArtifactWarning, Refusal, RefusalCode } from './artifact/refusal.ts';
export {
  type Artifact,
  ArtifactReader,
  type CatalogArtifact,
  type ManifestArtifact,
  mostUnpacked,
  readArtifact,
  type ReadOptions,
  type ReadResult,
  type RunResultsArtifact,
  type SourcesArtifact,
} from './artifact/read.ts';
export type { Catalog, CatalogColumn, CatalogTable } from './artifact/catalog.ts';
export { isExecution, type ResultRow, type Results, whichOf } from './artifact/results.ts';
export { graphMaps, inspect, type Inspection, isEnabled } from './artifact/inspect.ts';
export {
  compareNodes,
  compareStates,
  type ComparisonOptions,
  type ContractBreak,
  type NodeComparison,
  type StateComparison,
} from './state/compare.ts';
export { type Engine, engineOf } from './state/engine.ts';
export { type JsonValue, sameValue } from './state/json.ts';
export { findNode, kindOf, NODE_SECTIONS, type NodeKind, type NodeSection } from './state/kinds.ts';
export { macroClosure, macroComparison, type MacroEntry } from './state/macros.ts';
export {
  type ComparisonFlags,
  modifiedParts,
  nodeParts,
  type NodeParts,
  PART_NAMES,
  type PartName,
} from './state/parts.ts';
export type { Explanation, Reason, Via } from './selection/explain.ts';
export type { DbtError, ErrorPosition } from './selection/failure.ts';
export type { PreviousState, RunResults, SourceFreshness } from './selection/previous-state.ts';
export {
  type ProjectContext,
  SelectableProject,
  type SelectionAnswer,
  type SelectionRequest,
} from './selection/select.ts';
export { INDIRECT_SELECTIONS, type IndirectSelection } from './selection/spec.ts';
export {
  type Deferral,
  OVERLAY_SELECTOR,
  translate,
  type Translation,
  type TranslationOptions,
  type TranslationResult,
} from './selection/translate.ts';
