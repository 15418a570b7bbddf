'use client';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { type Bells, Stream, type Told } from './stream.ts';

/** `waiting`: cut, and tried again. `elsewhere`: the person has too many tabs open, and this one gave way. */
export type LiveState = 'connecting' | 'live' | 'waiting' | 'elsewhere';
interface Live {
  state: LiveState;
  /** Since when the stream is cut, in milliseconds; what is on screen is from before. */
  cutAt: number | undefined;
  /** Facts that arrived since the stream last came back; for some seconds. */
  caughtUp: number | undefined;
  /** Tries again at once. */
  again(): void;
  /** Calls back on a doorbell of the run's log, with the number of its last line. @returns the end of it */
  onLog(run: string, ring: (last: number) => void): () => void;
}

const LiveContext = createContext<Live>({
  state: 'connecting',
  cutAt: undefined,
  caughtUp: undefined,
  again: () => {},
  onLog: () => () => {},
});
export const useLive = (): Live => useContext(LiveContext);

/** One event stream for the whole tab. Facts make answers old; nothing is shown that was not asked for again. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [told, setTold] = useState<Told>({ state: 'connecting', cutAt: undefined, caughtUp: undefined });
  const bells = useRef<Bells>(new Map());
  const stream = useRef<Stream>(undefined);

  useEffect(() => {
    const open = new Stream(client, bells.current, (change) => setTold((now) => ({ ...now, ...change })));
    stream.current = open;
    const again = () => open.again();
    addEventListener('online', again);
    return () => {
      removeEventListener('online', again);
      open.end();
    };
  }, [client]);

  const live = useMemo<Live>(
    () => ({
      ...told,
      again: () => stream.current?.again(true),
      onLog(run, ring) {
        const rings = bells.current.get(run) ?? new Set();
        bells.current.set(run, rings.add(ring));
        return () => void rings.delete(ring);
      },
    }),
    [told],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}
