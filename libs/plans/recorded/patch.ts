type Json = { readonly [key: string]: unknown };

/**
 * What turns one manifest into another, two levels deep: top-level key → member → its new value, null when it is gone.
 * A manifest is mostly macros, and an edit touches a handful of nodes: 40 manifests fit in the space of one.
 */
export type Patch = Readonly<Record<string, Json>>;

export function patchOf(from: Json, to: Json): Patch {
  const patch: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [a, b] = [(from[key] ?? {}) as Json, (to[key] ?? {}) as Json];
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
      (name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]),
    );
    if (names.length > 0) patch[key] = Object.fromEntries(names.map((name) => [name, b[name] ?? null]));
  }
  return patch;
}

export function applyPatch(base: object, patch: Patch): Json {
  const from = base as Json;
  const to: Record<string, unknown> = { ...from };
  for (const [key, members] of Object.entries(patch)) {
    const kept = Object.entries({ ...(from[key] as Json), ...members }).filter(([, value]) => value !== null);
    to[key] = Object.fromEntries(kept);
  }
  return to;
}
