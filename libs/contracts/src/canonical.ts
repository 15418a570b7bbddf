import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** RFC 8785 canonical JSON: equal values give equal bytes. Throws on what JSON cannot say (NaN, undefined at the root). */
export function canonical(value: unknown): string {
  const text = nativelyCanonical(value) ?? canonicalize(value);
  if (text === undefined) throw new TypeError('this value has no JSON form');
  return text;
}

/** `sha256:` and 64 hex digits, of a file's own bytes or of a canonical text in UTF-8. */
export const sha256 = (bytes: Uint8Array | string): string => `sha256:${hash('sha256', bytes)}`;

/** The hash of a value's canonical bytes. */
export const hashOf = (value: unknown): string => sha256(canonical(value));

const deepest = 200;

/**
 * The engine's own JSON is canonical when every object lists its keys in order, and several times faster than a writer
 * in JavaScript. Undefined where the two may differ: then the writer decides, and says what is wrong.
 */
function nativelyCanonical(value: unknown): string | undefined {
  const ordered = inOrder(value, 0);
  if (ordered === unlike) return undefined;
  const text = JSON.stringify(ordered);
  // Half a surrogate pair is written as an escape where RFC 8785 refuses it.
  return text?.includes('\\ud') ? undefined : text;
}

const unlike = Symbol('not as the engine writes it');

/** The value with every object's keys in code unit order; the same object where they are already. */
function inOrder(value: unknown, depth: number): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : unlike;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) return unlike;
  if (Array.isArray(value)) return listInOrder(value as unknown[], depth);
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== null) return unlike;
  return objectInOrder(value as Record<string, unknown>, depth);
}

function listInOrder(list: readonly unknown[], depth: number): unknown {
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = inOrder(list[i], depth + 1);
    if (item === unlike) return unlike;
    if (item !== list[i]) (copy ??= list.slice())[i] = item;
  }
  return copy ?? list;
}

function objectInOrder(object: Record<string, unknown>, depth: number): unknown {
  const keys = Object.keys(object);
  // The engine puts keys that look like indexes first and in numeric order, and calls toJSON.
  if (keys.length > 0 && (isIndex(keys[0]!) || typeof object['toJSON'] === 'function')) return unlike;
  let isOrdered = true;
  for (let i = 1; i < keys.length && isOrdered; i++) isOrdered = keys[i - 1]! < keys[i]!;
  if (!isOrdered) keys.sort();
  let copy: Record<string, unknown> | undefined = isOrdered ? undefined : {};
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const item = inOrder(object[key], depth + 1);
    if (item === unlike || key === '__proto__') return unlike;
    if (!copy && item !== object[key]) copy = firstOf(object, keys, i);
    if (copy) copy[key] = item;
  }
  return copy ?? object;
}

/** A copy of the members before the one at `end`. */
function firstOf(object: Record<string, unknown>, keys: readonly string[], end: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (let i = 0; i < end; i++) copy[keys[i]!] = object[keys[i]!];
  return copy;
}

const isIndex = (key: string): boolean => key.charCodeAt(0) <= 57 && /^\d+$/.test(key);
