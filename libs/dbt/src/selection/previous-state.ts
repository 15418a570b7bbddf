import type { Manifest } from '../manifest.ts';
import { isRecord } from '../state/json.ts';

/** A state directory's contents; a file that is not there is left out. */
export interface PreviousState {
  readonly manifest?: Manifest;
  /** A parsed run_results.json. */
  readonly runResults?: RunResults;
  /** A parsed sources.json. */
  readonly sources?: SourceFreshness;
  /** The present: a contracted model that is gone is no breach once it is past its deprecation date. */
  readonly now: Date;
}

export interface RunResults {
  readonly results: readonly { readonly unique_id: string; readonly status: string }[];
}

export interface SourceFreshness {
  readonly results: readonly {
    readonly unique_id: string;
    readonly max_loaded_at?: string;
    readonly status?: string;
  }[];
}

/**
 * When each source was last loaded, as a number that orders like the timestamps, to the microsecond.
 * A source whose check failed has no time and is left out.
 */
export function loadedAt(freshness: SourceFreshness): ReadonlyMap<string, bigint> {
  const times = new Map<string, bigint>();
  for (const result of freshness.results) {
    if (result.status === 'runtime error' || !isRecord(result) || result.max_loaded_at === undefined) continue;
    times.set(result.unique_id, microseconds(result.max_loaded_at));
  }
  return times;
}

function microseconds(timestamp: string): bigint {
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(timestamp) ? timestamp : `${timestamp}Z`;
  const fraction = /\.(\d+)/.exec(zoned)?.[1] ?? '';
  const whole = Date.parse(zoned.replace(/\.\d+/, ''));
  return BigInt(whole) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}
