'use client';
import { CircleCheck, RefreshCw, WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useLive } from '../api/live.tsx';
import { clock, several } from '../ui/words.ts';

/** A restart is over sooner than anybody could read about it. */
const blinkMs = 1200;

/** Says that what is on screen does not update by itself, since when, and when it does again. */
export function LiveNotice() {
  const { state, cutAt, caughtUp, again } = useLive();
  const [isSaid, setSaid] = useState(false);
  useEffect(() => {
    if (state !== 'waiting') return;
    const timer = setTimeout(() => setSaid(true), blinkMs);
    return () => clearTimeout(timer);
  }, [state]);
  useEffect(() => {
    if (state === 'live' && caughtUp === undefined) setSaid(false);
  }, [state, caughtUp]);

  const button = (word: string) => (
    <button className="button small" onClick={again}>
      <RefreshCw size={14} aria-hidden /> {word}
    </button>
  );
  return (
    <div role="status" className="live-notice">
      {state === 'elsewhere' && (
        <p className="notice warn">
          <WifiOff size={14} aria-hidden />
          <span className="grow">This page stands still, as many others of yours are open. Nothing is lost.</span>
          {button('Update here')}
        </p>
      )}
      {state === 'waiting' && isSaid && cutAt !== undefined && (
        <p className="notice warn">
          <WifiOff size={14} aria-hidden />
          <span className="grow">
            The connection was cut at {clock(new Date(cutAt).toISOString())}. What is here is from then; runs go on
            without it. Trying again.
          </span>
          {button('Try now')}
        </p>
      )}
      {state === 'live' && caughtUp !== undefined && isSaid && (
        <p className="notice">
          <CircleCheck size={14} color="var(--success)" aria-hidden />
          Connected again. Nothing was lost{caughtUp > 0 && `; ${several(caughtUp, 'fact')} since`}.
        </p>
      )}
    </div>
  );
}
