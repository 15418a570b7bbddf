import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** RFC 8785 canonical JSON: equal values give equal bytes. Throws on what JSON cannot say (NaN, undefined at the root). */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('this value has no JSON form');
  return text;
}

/** `sha256:` and 64 hex digits, of a file's own bytes or of a canonical text in UTF-8. */
export const sha256 = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The hash of a value's canonical bytes. */
export const hashOf = (value: unknown): string => sha256(canonical(value));
