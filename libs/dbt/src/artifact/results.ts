import { at, type ArtifactWarning, isObject, kindOf, RefusedError } from './refusal.ts';

/** One row of run_results or sources, with the file's own keys; statuses are kept as written. */
export interface ResultRow {
  readonly unique_id: string;
  readonly status: string;
  readonly execution_time?: number;
  readonly message?: string | null;
  readonly [key: string]: unknown;
}

export interface Results {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly args: Readonly<Record<string, unknown>>;
  readonly results: readonly ResultRow[];
  readonly [key: string]: unknown;
}

/** The command that wrote the file (`run`, `build`, `generate` …), or null before it was recorded. */
export function whichOf(results: Results): string | null {
  const which = results.args['which'];
  return typeof which === 'string' ? which : null;
}

/** Commands whose results say that something was executed; `generate` and `compile` say success of nothing. */
const executing = new Set(['run', 'build', 'seed', 'snapshot', 'test', 'retry', 'clone', 'run-operation']);

/** Whether the rows are executions. Files older than `args` are taken at their word. */
export function isExecution(results: Results): boolean {
  const which = whichOf(results);
  return which === null || executing.has(which);
}

export function normaliseResults(top: Record<string, unknown>, warnings: ArtifactWarning[]): Results {
  const rows = top['results'] as unknown[];
  rows.forEach((value, i) => {
    rows[i] = row(value, at('$.results', i), warnings);
  });
  if (!isObject(top['args'])) top['args'] = {};
  return top as unknown as Results;
}

function row(value: unknown, path: string, warnings: ArtifactWarning[]): ResultRow {
  if (!isObject(value)) throw new RefusedError('wrong_shape', path, `an object is needed here, not ${kindOf(value)}`);
  // Before schemas had versions, the whole node was embedded.
  if (value['unique_id'] === undefined && isObject(value['node'])) value['unique_id'] = value['node']['unique_id'];
  if (typeof value['unique_id'] !== 'string')
    throw new RefusedError(
      'wrong_shape',
      at(path, 'unique_id'),
      `a string is needed here, not ${kindOf(value['unique_id'])}`,
    );
  if (value['unique_id'] === '')
    warnings.push({
      code: 'empty_id',
      path: at(path, 'unique_id'),
      message: 'the row names no node; it is kept, and belongs to none',
    });
  if (value['status'] === null || value['status'] === undefined) value['status'] = oldStatus(value);
  if (typeof value['status'] !== 'string')
    throw new RefusedError(
      'wrong_shape',
      at(path, 'status'),
      `a string is needed here, not ${kindOf(value['status'])}`,
    );
  return value as unknown as ResultRow;
}

/** Rows older than run-results/v1 carry flags instead of a status word. */
function oldStatus(row: Record<string, unknown>): string {
  if (row['error']) return 'error';
  if (row['skip'] === true) return 'skipped';
  if (row['fail'] === true) return 'fail';
  return row['warn'] === true ? 'warn' : 'unknown';
}
