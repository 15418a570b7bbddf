/** What one message inside may hold, with room for its envelope and for what JSON adds. */
const mostBytes = 400_000;

/** As many rows from the start as travel in one message; at least one, so that a reader always gets on. */
export function fitting<R>(rows: R[], textOf: (row: R) => string | null): R[] {
  let bytes = 0;
  const end = rows.findIndex((row, index) => {
    bytes += 200 + Buffer.byteLength(textOf(row) ?? '');
    return index > 0 && bytes > mostBytes;
  });
  return end === -1 ? rows : rows.slice(0, end);
}
