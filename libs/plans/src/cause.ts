import type { Reason, UpstreamReason } from './plan.ts';
import type { Question } from './verdict.ts';

/** The way a change took: ids from where it began to the node it reached. */
export interface Cause {
  readonly way: readonly string[];
}

/** The shortest way to a node, ties by the last input's id; undefined when it has no reason to move. */
export function causeOf(
  id: string,
  own: readonly Reason[],
  upstream: readonly UpstreamReason[],
  known: (id: string) => Cause,
): Cause | undefined {
  if (own.length > 0) return { way: [id] };
  let best: readonly string[] | undefined;
  // Reasons are sorted by id, so the first of the shortest wins.
  for (const reason of upstream) {
    const { way } = known(reason.id);
    if (!best || way.length < best.length) best = way;
  }
  return best && { way: [...best, id] };
}

/**
 * Where a difference between an input then (`was`, a fingerprint that some node recorded) and now began: the input
 * itself when its own parts differ or nothing more is known of it, else the first of its inputs that differs, and so on.
 */
export function descend(q: Question, id: string, was: string | undefined): readonly string[] {
  const then = was === undefined ? undefined : q.state.inputs[was];
  const now = q.prints.get(id);
  if (!then || !now || Object.keys(now.parts).some((name) => now.parts[name] !== then.parts[name])) return [id];
  const above = Object.keys(now.upstream).find((input) => now.upstream[input] !== then.upstream[input]);
  return above === undefined ? [id] : [...descend(q, above, then.upstream[above]), id];
}
