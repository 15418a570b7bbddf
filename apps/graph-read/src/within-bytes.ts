/** Bytes of an answer's long lists together: a message inside holds 1 MiB, and an answer is more than its lists. */
export const answerBytes = 800_000;

/** The first items whose JSON stays within a number of bytes; the caller tells how many are left out. */
export function withinBytes<T>(items: readonly T[], bytes: number): T[] {
  let left = bytes;
  const end = items.findIndex((item) => (left -= Buffer.byteLength(JSON.stringify(item)) + 1) < 0);
  return end === -1 ? [...items] : items.slice(0, end);
}
