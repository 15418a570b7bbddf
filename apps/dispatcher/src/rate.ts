/** So many starts in each interval, and so many at once when there were none for a while. */
export interface Limit {
  readonly starts: number;
  readonly seconds: number;
  readonly burst: number;
}

/**
 * What is known of a rate key; all in µs of one clock. Each is the time at which the next start would come if all came
 * evenly (GCRA's theoretical arrival time); a start may be ahead of it by what the burst allows.
 */
export interface Pace {
  /** By the tasks that have started. It alone decides whether another one may. */
  readonly started: number;
  /** By those that were refused at their start, and come again. */
  readonly refused: number;
  /** By the slots given to those that became ready. */
  readonly slotted: number;
}

/** Between two starts that come evenly, µs; rounded up, so that never one too many comes. */
const gapOf = ({ starts, seconds }: Limit): number => Math.ceil((seconds * 1e6) / starts);

const aheadOf = (limit: Limit): number => (limit.burst - 1) * gapOf(limit);

/** The times of `count` starts behind `from`, none before `now`. */
const line = (limit: Limit, from: number, now: number, count: number): number[] =>
  Array.from({ length: count }, (_, n) => Math.max(now, from + n * gapOf(limit) - aheadOf(limit)));

/**
 * Slots for tasks that became ready, in their order and behind all that wait already. They spread a backlog over time,
 * so that nobody has to look through it; they are no promise, as a worker may come too late for many of them at once.
 */
export function slots(pace: Pace, limit: Limit, now: number, count: number): { times: number[]; pace: Pace } {
  const from = Math.max(now, pace.started, pace.refused, pace.slotted);
  return { times: line(limit, from, now, count), pace: { ...pace, slotted: from + count * gapOf(limit) } };
}

/**
 * How many of `count` tasks may start now, and when the others come again: at the first time that is free, behind those
 * that were refused before them. In any time `t` no more start than `burst + t * starts / seconds`.
 */
export function admit(
  pace: Pace,
  limit: Limit,
  now: number,
  count: number,
): { free: number; again: number[]; pace: Pace } {
  const gap = gapOf(limit);
  const from = Math.max(now, pace.started);
  const free = Math.min(count, Math.max(0, Math.floor((now + aheadOf(limit) - from) / gap) + 1));
  const started = free > 0 ? from + free * gap : pace.started;
  if (free === count) return { free, again: [], pace: { ...pace, started } };
  const behind = Math.max(now, started, pace.refused);
  const again = line(limit, behind, now, count - free);
  return { free, again, pace: { ...pace, started, refused: behind + again.length * gap } };
}

/** Under another limit: nobody has a slot any more, and what started under the old one counts for the burst at most. */
export const relimited = ({ started }: Pace, limit: Limit, now: number): Pace => ({
  started: Math.min(started, now + limit.burst * gapOf(limit)),
  refused: 0,
  slotted: 0,
});
