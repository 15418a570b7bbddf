'use client';
import { useEffect, useState } from 'react';

/** The time in milliseconds, again each `everyMs`; 0 until the page is in the browser. */
export function useNow(everyMs = 10_000, on = true): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    setNow(Date.now());
    if (!on) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, on]);
  return now;
}
