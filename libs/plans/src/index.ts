export { buildPlan, type PlanRequest } from './build.ts';
export type { KnownRelation, PrintedQuery, PrintQuery } from './content.ts';
export { type SourceLook, sourceLooks, sourceVersions, versionsBefore, versionsSince } from './data.ts';
export {
  type Built,
  type BuiltQuery,
  type Content,
  emptyState,
  type EnvironmentState,
  type LastRun,
  type NodeState,
  type QueryRule,
  stateHash,
} from './environment-state.ts';
export type { DeferTo } from './deferral.ts';
export { type Attachment, attachmentOf, deferredManifest, type DeferRefusal } from './deferred-manifest.ts';
export { explain, explainEntry, inWords } from './explain.ts';
export { fingerprints, PlanInputError, type Print } from './fingerprint.ts';
export { assumeBuilt, fold, type NodeOutcome, resultOf, type RunOutcome } from './fold.ts';
export { markdown } from './markdown.ts';
export { nodeOutcomes, type OutcomeRefusal, outcomeOf, type OutcomeResult } from './outcome.ts';
export { carriesVerdict, partsTable } from './parts.ts';
export {
  type DataMode,
  type Evidence,
  type ExecutionPlan,
  type PlanData,
  type PlanDefer,
  type PlanEntry,
  type PlanHeader,
  type PlanInput,
  planRules,
  type PlanSelection,
  type PlanStage,
  type Reason,
  type Verdict,
} from './plan.ts';
export { differenceInWords, type PlanDifference, planDifferences } from './plan-diff.ts';
export { regionOf } from './region.ts';
export { isMicrobatch } from './partial.ts';
export { type BuiltSince, remaining, type Remaining } from './remaining.ts';
export { type Stage, toStages, type Translate } from './stages.ts';
export { type VerifyInput, verifyPlan, type VerifyResult } from './verify/verify.ts';
export type { VerifyRefusal } from './verify/rejected.ts';
