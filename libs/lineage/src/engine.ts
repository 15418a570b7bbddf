// The engine itself, for whoever computes in its own thread: importing it loads the parser (some 100 MB). Services use the pool.
export { Catalog } from './catalog.ts';
export { rulesOf } from './dialect.ts';
export { columnLineage } from './lineage.ts';
