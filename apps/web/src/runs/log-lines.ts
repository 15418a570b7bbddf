'use client';
import type { RunLine } from '@headgate/contracts';
import { useEffect, useRef, useState } from 'react';
import { ask } from '../api/client.ts';
import { useLive } from '../api/live.tsx';

const pageOf = 1000;
/** More lines than this are not kept in the page; the artifacts have them. */
export const mostLines = 100_000;
const fallbackMs = 2000;

/** Lines in the order of the run; the array grows in place, `total` says how far. */
export interface LogLines {
  lines: RunLine[];
  total: number;
  isAtMost: boolean;
}

/**
 * A run's log by cursor: the doorbell of the event stream says that there is more, and the next page begins after the
 * last line that is here, so nothing is lost and nothing comes twice, whatever the stream does.
 */
export function useLogLines(run: string, hasEnded: boolean): LogLines {
  const { onLog, state } = useLive();
  const lines = useRef<RunLine[]>([]);
  const [total, setTotal] = useState(0);

  useEffect(() => {
    const stop = new AbortController();
    let again: ReturnType<typeof setTimeout> | undefined;
    let [told, isToTheEnd, rings, isReading] = [0, false, 0, false];
    const seen = () => lines.current.at(-1)?.seq ?? -1;
    // One page after the other: a doorbell while one is under way must not throw it away.
    const readTo = async (last: number) => {
      rings += 1;
      if (last === Infinity) isToTheEnd = true;
      else told = Math.max(told, last);
      if (isReading) return;
      isReading = true;
      while ((isToTheEnd || seen() < told) && lines.current.length < mostLines) {
        const heard = rings;
        const input = { run, limit: pageOf, ...(seen() >= 0 && { after: seen() }) };
        const page = await ask('runsLogs', input, stop.signal).catch(() => undefined);
        if (stop.signal.aborted) return;
        lines.current.push(...(page?.items.slice(0, mostLines - lines.current.length) ?? []));
        setTotal(lines.current.length);
        if (!page) again = setTimeout(() => void readTo(Infinity), fallbackMs);
        // Pages are also cut by their size, so only an empty one is the end of what there is.
        if (page?.items.length && !page.ended) continue;
        if (heard === rings || !page) [told, isToTheEnd] = [0, false];
      }
      isReading = false;
    };
    void readTo(Infinity);
    const quiet = onLog(run, (last) => void readTo(last));
    // Without the stream the page asks by itself.
    const timer = hasEnded || state === 'live' ? undefined : setInterval(() => void readTo(Infinity), fallbackMs);
    return () => {
      stop.abort();
      clearTimeout(again);
      clearInterval(timer);
      quiet();
    };
  }, [run, hasEnded, state, onLog]);

  return { lines: lines.current, total, isAtMost: total >= mostLines };
}
