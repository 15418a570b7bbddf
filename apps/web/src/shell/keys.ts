'use client';
import { useLayoutEffect, useRef } from 'react';

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, dialog[open]') !== null;

/** Whether single keys act; a person may switch them off in Settings. */
export const keysAreOn = (): boolean => localStorage.getItem('keys') !== 'off';

/**
 * Single keys of a page: key → what it does. Not in fields, not with modifiers, not while a dialog is open.
 * The latest handlers count, and count as soon as what they act on is to be seen.
 */
export function useKeys(handlers: Record<string, (event: KeyboardEvent) => void>): void {
  const latest = useRef(handlers);
  useLayoutEffect(() => {
    latest.current = handlers;
  });
  useLayoutEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (inField(event.target) || !keysAreOn() || document.querySelector('dialog[open]')) return;
      const act = latest.current[event.key];
      if (!act) return;
      event.preventDefault();
      act(event);
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, []);
}

/** `g` and then a letter, within a second and a half. */
export function useGoTo(go: (letter: string) => void): void {
  const latest = useRef(go);
  useLayoutEffect(() => {
    latest.current = go;
  });
  useLayoutEffect(() => {
    let until = 0;
    const hear = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target) || !keysAreOn()) return;
      if (event.timeStamp < until) {
        until = 0;
        latest.current(event.key);
        return;
      }
      until = event.key === 'g' ? event.timeStamp + 1500 : 0;
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, []);
}
