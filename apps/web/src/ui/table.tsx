'use client';
import type { ReactNode } from 'react';

/** A column: its heading, its width (pixels, or of the whole), whether it holds figures, and where it is left out: below 1180, 900 or 640 px. */
export interface Column {
  word: string;
  width?: number | string;
  right?: boolean;
  only?: 'wide-only' | 'mid-only' | 'wide-enough';
}

/** A table of fixed columns. `rows`: how many there are when not all of them are drawn. */
export function Table({ columns, rows, children }: { columns: Column[]; rows?: number; children: ReactNode }) {
  return (
    <table className="table" aria-rowcount={rows === undefined ? undefined : rows + 1}>
      <colgroup>
        {columns.map(({ word, width, only }) => (
          <col key={word} className={only} style={width === undefined ? undefined : { width }} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map(({ word, right, only }) => (
            <th scope="col" key={word} className={[right ? 'right' : '', only ?? ''].join(' ').trim() || undefined}>
              {word}
            </th>
          ))}
        </tr>
      </thead>
      {children}
    </table>
  );
}

/** The room of rows that are not drawn, in pixels. */
export const Gap = ({ height, columns }: { height: number; columns: Column[] }) =>
  height > 0 ? (
    <tr aria-hidden className="gap">
      <td colSpan={columns.length} style={{ height, padding: 0, border: 0 }} />
    </tr>
  ) : null;
