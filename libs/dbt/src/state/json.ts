/** A value as it stands in an artifact. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The value as JSON; `undefined`, an absent key, becomes null. */
export function json(value: unknown): JsonValue {
  return value === undefined ? null : (value as JsonValue);
}

export function isRecord(value: unknown): value is Readonly<Record<string, JsonValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The record under a key, or an empty one: dbt's readers default every missing mapping to `{}`. */
export function record(value: unknown): Readonly<Record<string, JsonValue>> {
  return isRecord(value) ? value : {};
}

/**
 * Equality as dbt's own interpreter has it: key order does not matter, and a boolean equals the number it stands for
 * (`true == 1`), which is why editing `enabled: true` to `enabled: 1` is no change to dbt.
 */
export function sameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a === 'boolean') return sameValue(Number(a), b);
  if (typeof b === 'boolean') return sameValue(a, Number(b));
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]));
}

/**
 * Drops keys whose value is null, at every depth but inside `meta`: a field that an older engine did not write and a
 * field that a newer one wrote with its default, null, are the same field.
 */
export function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, key === 'meta' ? item : withoutNulls(item)]));
}

/** Whether dbt would take the value for true: not null, false, 0, '' or empty. */
export function isTruthy(value: JsonValue | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isRecord(value) ? Object.keys(value).length > 0 : Boolean(value);
}
