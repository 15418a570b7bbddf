import type { RunNode } from '@headgate/contracts';

/** One node's time on a lane; `from` and `to` in milliseconds since the run began. */
export interface Span {
  node: RunNode;
  lane: number;
  from: number;
  to: number;
}

/** Lays nodes side by side (`now`: while the run goes on, in milliseconds; without it, it is over): each takes the first lane that is free when it starts. Nodes that did not start are left out. */
export function lanesOf(nodes: readonly RunNode[], beganAt: number, now?: number): { spans: Span[]; lanes: number } {
  const free: number[] = [];
  const started = nodes
    .flatMap((node) =>
      node.startedAt ? [{ node, from: Date.parse(node.startedAt) - beganAt, to: endOf(node, now) - beganAt }] : [],
    )
    .sort((one, other) => one.from - other.from);
  const spans = started.map((span) => {
    const found = free.findIndex((until) => until <= span.from);
    const lane = found < 0 ? free.length : found;
    free[lane] = span.to;
    return { ...span, lane };
  });
  return { spans, lanes: free.length };
}

/** A node that ended without a time of its own ended `durationMs` after it began; one that goes on reaches to `now`; one whose end nobody told is a moment. */
function endOf({ startedAt, finishedAt, durationMs }: RunNode, now?: number): number {
  if (finishedAt) return Date.parse(finishedAt);
  const from = Date.parse(startedAt!);
  return durationMs === undefined ? Math.max(from, now ?? from) : from + durationMs;
}

/**
 * The chain that made the run as long as it was: from the node that ended last, back along the inputs it waited for.
 * @param inputs node → its direct inputs
 */
export function criticalPath(spans: readonly Span[], inputs: ReadonlyMap<string, readonly string[]>): Set<string> {
  const byId = new Map(spans.map((span) => [span.node.node, span]));
  const path = new Set<string>();
  let at = spans.reduce<Span | undefined>((last, span) => (last && last.to >= span.to ? last : span), undefined);
  while (at && !path.has(at.node.node)) {
    path.add(at.node.node);
    const waited: Span[] = (inputs.get(at.node.node) ?? []).flatMap((id) => byId.get(id) ?? []);
    at = waited.reduce<Span | undefined>((last, span) => (last && last.to >= span.to ? last : span), undefined);
  }
  return path;
}
