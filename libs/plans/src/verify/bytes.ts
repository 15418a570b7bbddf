import { canonical } from '@headgate/contracts';

/** A JSON file that must be exactly its canonical bytes. */
export type CanonicalFile =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly offset: number; readonly message: string };

/** Parses a file and compares it with its own canonical form, byte by byte. `offset` counts bytes. */
export function readCanonical(bytes: Uint8Array): CanonicalFile {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    const { message } = error as Error;
    return { ok: false, offset: Number(/position (\d+)/.exec(message)?.[1] ?? 0), message: `not JSON: ${message}` };
  }
  const expected = Buffer.from(canonical(value), 'utf8');
  const offset = firstDifference(bytes, expected);
  return offset === -1 ? { ok: true, value } : { ok: false, offset, message: 'the file is not in canonical form' };
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return i;
  return a.length === b.length ? -1 : n;
}

/**
 * The entry whose bytes hold an offset; undefined outside of all. In canonical form every entry starts with its cause and
 * nothing else does, and quotes inside strings are escaped, so the text itself tells where entries begin.
 */
export function entryAt(bytes: Uint8Array, offset: number): string | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = file.lastIndexOf('{"cause":[', offset);
  const next = file.indexOf('{"cause":[', start + 1);
  const end = next === -1 ? file.indexOf('],"header":', start) : next;
  if (start === -1 || end === -1 || offset >= end) return undefined;
  return /"id":"([^"\\]*)"/.exec(file.subarray(start, end).toString('utf8'))?.[1];
}
