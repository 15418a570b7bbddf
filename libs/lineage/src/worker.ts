import { parentPort, workerData } from 'node:worker_threads';
import { Catalog } from './catalog.ts';
import { rulesOf } from './dialect.ts';
import { leaveUnoptimized } from './parser-flags.ts';
import type { Task } from './pool.ts';

// One thread of the pool: a task in, its result out. What it cannot end, the pool ends from outside.

interface Job {
  readonly id: number;
  readonly task: Task;
}

const { optimize, dialect } = workerData as { optimize?: boolean; dialect?: Task['dialect'] };
if (!optimize) leaveUnoptimized();
const { columnLineage } = await import('./lineage.ts');

/** The catalog of the last task: consecutive tasks of one project mostly bring the same schema. */
let last: { key: string; catalog: Catalog } | null = null;

function catalogOf({ dialect, schema, schemaKey }: Task): Catalog {
  if (schemaKey === undefined) return new Catalog(rulesOf(dialect), schema);
  if (last?.key !== schemaKey) last = { key: schemaKey, catalog: new Catalog(rulesOf(dialect), schema) };
  return last.catalog;
}

parentPort?.on('message', ({ id, task }: Job) => {
  try {
    const { dialect, limits, detail } = task;
    parentPort?.postMessage({
      id,
      result: columnLineage(task.sql, catalogOf(task), { dialect, ...(limits && { limits }), detail: detail ?? true }),
    });
  } catch (error) {
    parentPort?.postMessage({ id, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

// The parser's first call compiles it; a task's time should not pay for that.
columnLineage('select 1', {}, { dialect: dialect ?? 'duckdb' });
parentPort?.postMessage({ ready: true });
