'use client';
import { Download } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { csvOf, save, type Seen } from './export.ts';

/** What can be taken along of a drawing; each is made when it is asked for. */
export interface Outputs {
  name: string;
  /** Said in the JSON: of what this is a part. */
  of: object;
  seen: () => Seen;
  png?: (() => Promise<Blob | null | undefined>) | undefined;
  svg?: (() => string) | undefined;
}

/** What is in view as a picture, a drawing, or data. */
export function ExportMenu({ outputs }: { outputs: Outputs }) {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const away = (event: Event) => !box.current?.contains(event.target as Node) && setOpen(false);
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopImmediatePropagation();
      setOpen(false);
      box.current?.querySelector('button')?.focus();
    };
    addEventListener('pointerdown', away);
    addEventListener('keydown', escape, { capture: true });
    return () => {
      removeEventListener('pointerdown', away);
      removeEventListener('keydown', escape, { capture: true });
    };
  }, [isOpen]);
  const take = (ending: string, blob: Blob | null | undefined) => {
    if (blob) save(`${outputs.name}.${ending}`, blob);
    setOpen(false);
  };
  const text = (ending: string, type: string, body: string) => take(ending, new Blob([body], { type }));
  const { png, svg, seen, of } = outputs;
  return (
    <div className="menu" ref={box}>
      <button
        className="button quiet tool"
        aria-expanded={isOpen}
        aria-label="Export"
        title="Export what is in view"
        onClick={() => setOpen(!isOpen)}
      >
        <Download size={14} aria-hidden />
      </button>
      {isOpen && (
        <div className="float to-left">
          {png && (
            <button className="option" onClick={() => void png().then((blob) => take('png', blob))}>
              PNG <span className="hint">picture</span>
            </button>
          )}
          {svg && (
            <button className="option" onClick={() => text('svg', 'image/svg+xml', svg())}>
              SVG <span className="hint">drawing</span>
            </button>
          )}
          <button className="option" onClick={() => text('csv', 'text/csv', csvOf(seen()))}>
            CSV <span className="hint">one line a node</span>
          </button>
          <button
            className="option"
            onClick={() => text('json', 'application/json', JSON.stringify({ ...of, ...seen() }, undefined, 1))}
          >
            JSON <span className="hint">nodes and edges</span>
          </button>
        </div>
      )}
    </div>
  );
}
