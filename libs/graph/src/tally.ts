export interface Count {
  /** Empty for what has none. */
  readonly value: string;
  readonly count: number;
}

/** How often each value occurs, most first, then by value. */
export function tally(values: Iterable<string>): Count[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
