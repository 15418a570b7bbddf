import { Failure } from './failure.ts';

/** One page: as many rows as asked for, and where the next one starts. */
export interface Page<T> {
  items: T[];
  next?: string;
}

/** An opaque cursor out of the sort key of the last row shown. */
export const cursorOf = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** The sort key inside a cursor, or undefined for the first page. */
export function keyOf(cursor: string | undefined, length: number): (string | number)[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (
      Array.isArray(key) &&
      key.length === length &&
      key.every((part) => ['string', 'number'].includes(typeof part))
    ) {
      return key;
    }
  } catch {
    // falls through to the one error
  }
  throw new Failure('cursor.invalid', {
    detail: 'this cursor is not one we gave out',
    where: '/cursor',
    hint: 'start from the first page',
  });
}

/** Cuts `limit + 1` rows, as queried, into a page. */
export function pageOf<R, T>(
  rows: R[],
  limit: number,
  key: (row: R) => (string | number)[],
  item: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(item), ...(rows.length > limit && last && { next: cursorOf(key(last)) }) };
}
