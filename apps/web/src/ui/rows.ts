'use client';
import { useRef } from 'react';
import { useKeys } from '../shell/keys.ts';

/**
 * `j` and `k` move through the `[data-row]` elements below the returned ref, Enter opens one. Focus is the position,
 * so a screen reader hears it too.
 */
export function useRows<E extends HTMLElement>(open: (index: number) => void): React.RefObject<E | null> {
  const box = useRef<E>(null);
  const rows = () => [...(box.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
  const at = () => rows().findIndex((row) => row.contains(document.activeElement));
  const move = (step: number) => {
    const all = rows();
    const next = at() < 0 ? (step > 0 ? 0 : all.length - 1) : at() + step;
    const row = all[Math.max(0, Math.min(all.length - 1, next))];
    row?.focus();
    row?.scrollIntoView({ block: 'nearest' });
  };
  const openThis = () => {
    const index = at();
    // A link or button inside the row answers Enter itself.
    if (index >= 0 && document.activeElement === rows()[index]) open(index);
    else (document.activeElement as HTMLElement | null)?.click();
  };
  useKeys({ j: () => move(1), k: () => move(-1), Enter: openThis, o: openThis });
  return box;
}
