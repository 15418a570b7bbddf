'use client';
import { Maximize, Minus, Plus } from 'lucide-react';
import { useKeys } from '../shell/keys.ts';

/** Out, in, all of it; each has its key. */
export function ZoomKeys({ zoom, fit }: { zoom: (by: number) => void; fit: () => void }) {
  const [closer, farther] = [() => zoom(1.3), () => zoom(1 / 1.3)];
  useKeys({ f: fit, '+': closer, '-': farther });
  return (
    <div className="graph-zoom">
      <button className="button quiet square small" onClick={farther} aria-label="Zoom out" title="-">
        <Minus size={14} aria-hidden />
      </button>
      <button className="button quiet square small" onClick={closer} aria-label="Zoom in" title="+">
        <Plus size={14} aria-hidden />
      </button>
      <button className="button quiet square small" onClick={fit} aria-label="Fit all" title="f">
        <Maximize size={14} aria-hidden />
      </button>
    </div>
  );
}
