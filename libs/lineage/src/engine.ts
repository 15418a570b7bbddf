// The engine itself, for whoever computes in its own thread: importing it loads the parser (some 100 MB). Services use the pool.
export { Catalog } from './catalog.ts';
export { rulesOf } from './dialect.ts';
export { columnLineage } from './lineage.ts';
export type { OpaqueRule, Print } from './prints/print.ts';
export {
  printQuery,
  queryPrinter,
  type KnownRelation,
  type OpaqueQuery,
  type PrintedQuery,
  type QueryPrinter,
} from './prints/query-print.ts';
