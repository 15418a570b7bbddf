'use client';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

const overscan = 12;

interface FixedRows {
  box: RefObject<HTMLDivElement | null>;
  /** The rows to draw: `from` is the first, `to` one past the last. */
  from: number;
  to: number;
  isFollowing: boolean;
  follow: () => void;
  onScroll: () => void;
  show: (row: number) => void;
}

/** Rows of one height, of which only those in view are drawn; new ones are followed until one scrolls up. */
export function useFixedRows(total: number, height: number, grows: boolean): FixedRows {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ from: 0, to: 60 });
  const [isFollowing, setFollowing] = useState(true);

  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const first = Math.floor(element.scrollTop / height);
    const seen = Math.ceil(element.clientHeight / height);
    const from = Math.max(0, first - overscan);
    const to = first + seen + overscan;
    setRange((now) => (now.from === from && now.to === to ? now : { from, to }));
    const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - height;
    setFollowing((now) => (now === isAtEnd ? now : isAtEnd));
  }, [height]);

  useLayoutEffect(() => {
    if (isFollowing && grows && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [total, isFollowing, grows]);
  useEffect(() => {
    onScroll();
    const watch = new ResizeObserver(onScroll);
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, [onScroll]);

  const follow = useCallback(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    setFollowing(true);
  }, []);
  const show = useCallback(
    (row: number) => {
      const element = box.current;
      if (!element) return;
      setFollowing(false);
      element.scrollTop = Math.max(0, row * height - element.clientHeight / 2);
    },
    [height],
  );
  return { box, ...range, isFollowing, follow, onScroll, show };
}
