export { DIALECTS, dialectOf, type Dialect } from './dialect.ts';
export type {
  Edge,
  EdgeKind,
  LineageErrorCode,
  LineageLimits,
  LineageOptions,
  LineageResult,
  Notice,
  NoticeCode,
  OutputColumn,
  Position,
  Schema,
  StatementLineage,
  TableColumns,
} from './edge.ts';
export { LineageBug, LineagePool, type PoolOptions, type Task } from './pool.ts';
export { report, sourceName, type Report, type ReportedDetail, type ReportedEdge } from './report.ts';
export {
  LINEAGE_ENGINE,
  projectLineage,
  RelationWords,
  type Compute,
  type Model,
  type ModelLineage,
  type ProjectInput,
} from './project.ts';
