import type { Reason, UpstreamReason } from './plan.ts';

/**
 * The way a change took: ids from where it began to the node it reached. The shortest, and of those the one whose last
 * input comes first; undefined when nothing moves the node. `way` answers for inputs.
 */
export function causeOf(
  id: string,
  own: readonly Reason[],
  upstream: readonly UpstreamReason[],
  way: (input: string) => readonly string[],
): readonly string[] | undefined {
  if (own.length > 0) return [id];
  let best: readonly string[] | undefined;
  // Reasons are sorted by id, so the first of the shortest wins.
  for (const reason of upstream) {
    const found = way(reason.id);
    if (!best || found.length < best.length) best = found;
  }
  return best && [...best, id];
}
