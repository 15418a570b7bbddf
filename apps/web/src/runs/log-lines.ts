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
  isComplete: boolean;
  isAtMost: boolean;
}

/**
 * A run's log by cursor: the doorbell of the event stream says that there is more, and the next page begins after the
 * last line that is here, so nothing is lost and nothing comes twice, whatever the stream does.
 */
export function useLogLines(run: string, hasEnded: boolean): LogLines {
  const { onLog, state } = useLive();
  const lines = useRef<RunLine[]>([]);
  const [seen, setSeen] = useState({ total: 0, isComplete: false });
  const [bell, setBell] = useState(0);

  useEffect(() => onLog(run, () => setBell((rung) => rung + 1)), [onLog, run]);
  useEffect(() => {
    // Without the stream the page asks by itself.
    if (hasEnded || state === 'live') return;
    const timer = setInterval(() => setBell((rung) => rung + 1), fallbackMs);
    return () => clearInterval(timer);
  }, [hasEnded, state]);

  useEffect(() => {
    const stop = new AbortController();
    void (async () => {
      for (;;) {
        const after = lines.current.at(-1)?.seq;
        const page = await ask(
          'runsLogs',
          { run, limit: pageOf, ...(after !== undefined && { after }) },
          stop.signal,
        ).catch(() => undefined);
        if (stop.signal.aborted || !page) return;
        const room = mostLines - lines.current.length;
        for (const line of page.items.slice(0, room)) lines.current.push(line);
        setSeen({ total: lines.current.length, isComplete: page.ended && page.items.length < pageOf });
        if (page.items.length < pageOf || lines.current.length >= mostLines) return;
      }
    })();
    return () => stop.abort();
  }, [run, bell, hasEnded, state]);

  return { lines: lines.current, ...seen, isAtMost: seen.total >= mostLines };
}
