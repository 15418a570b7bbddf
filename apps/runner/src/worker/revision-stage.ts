import type { LogLine } from './dbt-log.ts';

/**
 * The one stage that makes a project's files a graph. Compiled, not only parsed: column lineage is read from the SQL that
 * Jinja makes. As for a first build (`--full-refresh`), so that the SQL is the same whatever the warehouse holds.
 */
export const revisionStage = { command: ['compile', '--full-refresh', '--no-introspect'] };

/**
 * What runs in dbt's process before its command line. Nobody has confirmed anything yet, so the warehouse is not reached:
 * to a model it looks empty. One whose SQL depends on a query's answer is not compiled; it neither ends the others' compilation
 * (as it would by itself) nor skips those that read it.
 */
export const compileOffline = `
from dbt.artifacts.schemas.run import RunStatus
from dbt.task.compile import CompileTask

def before_run(self, adapter, selected_uids):
    adapter.list_relations = lambda *args, **kwargs: []
    adapter.get_columns_in_relation = lambda *args, **kwargs: []
    return RunStatus.Success

CompileTask.before_run = before_run
CompileTask.raise_on_first_error = lambda self: False
CompileTask._mark_dependent_errors = lambda self, *args: None
`;

const graphFile = 'manifest.json';

/** Takes away what compiling leaves beside the graph: results that tell of no run. Says whether there is a graph. */
export function keepGraph(left: Map<string, unknown>): boolean {
  for (const name of left.keys()) if (name !== graphFile) left.delete(name);
  return left.has(graphFile);
}

/** dbt writes the graph before it compiles: what fails after that costs column lineage, not the revision. */
export const notCompiled = (why: string, at: string): LogLine => ({
  at,
  level: 'warn',
  event: 'NotCompiled',
  text: `not all of it could be compiled, and what was not has no column lineage: ${why}`,
});
