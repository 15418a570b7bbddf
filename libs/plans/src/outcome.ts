import { isExecution, type Manifest, type ResultRow, type Results, whichOf } from '@headgate/dbt';
import type { NodeOutcome, RunOutcome } from './fold.ts';
import { isMicrobatch } from './partial.ts';

export type OutcomeRefusal = 'not_an_execution' | 'no_invocation' | 'other_invocation';

export type OutcomeResult =
  { readonly ok: true; readonly outcome: RunOutcome } | { readonly ok: false; readonly reason: OutcomeRefusal };

/** Commands whose results tell what stands in the warehouse. */
const building = new Set(['run', 'build', 'seed', 'snapshot', 'test', 'retry']);

/**
 * Reads a run_results file as a run of the manifest beside it. Refused unless both were written by one invocation:
 * else nobody knows which code the results are about.
 */
export function outcomeOf(manifest: Manifest, results: Results, run: { run: string; attempt: number }): OutcomeResult {
  const which = whichOf(results);
  if (which === null || !building.has(which) || !isExecution(results)) return { ok: false, reason: 'not_an_execution' };
  const wrote = results.metadata['invocation_id'];
  if (typeof wrote !== 'string' || wrote === '') return { ok: false, reason: 'no_invocation' };
  if (manifest.metadata.invocation_id !== wrote) return { ok: false, reason: 'other_invocation' };
  return { ok: true, outcome: { ...run, manifest, results: nodeOutcomes(manifest, results) } };
}

/** The rows of a run_results file as outcomes; rows that name no node are left out. */
export function nodeOutcomes(manifest: Manifest, results: Results): readonly NodeOutcome[] {
  const batches = results.args['event_time_start'] ?? results.args['event_time_end'];
  return results.results
    .filter((row) => row.unique_id !== '')
    .map((row) => ({
      id: row.unique_id,
      status: row.status,
      finishedAt: finishedAt(row),
      relation: text(row['relation_name']) ?? text(manifest.nodes[row.unique_id]?.['relation_name']),
      ...(isText(batches) && isMicrobatch(manifest.nodes[row.unique_id]) && { partial: true }),
    }));
}

function finishedAt(row: ResultRow): string | null {
  const timing = Array.isArray(row['timing']) ? (row['timing'] as { completed_at?: unknown }[]) : [];
  return text(timing.at(-1)?.completed_at);
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
