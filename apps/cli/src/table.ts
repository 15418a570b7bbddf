/** Rows in columns as wide as they need; the last column is not padded. Widths count characters without colours. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => visible(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - visible(cell))),
      )
      .join('  ')
      .trimEnd(),
  );
}

const visible = (text: string): number => [...text.replaceAll(/\x1b\[[0-9;]*m/g, '')].length;

/** An instant to the second, as people read it: `2026-11-21 10:26:00Z`. */
export const when = (time: string): string => time.replace('T', ' ').replace(/(\.\d+)?Z$/, 'Z');

/** A span of time: `420 ms`, `3.2 s`, `4 min 5 s`. @param ms whole milliseconds */
export function span(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** `1 node`, `2 nodes`. */
export const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
