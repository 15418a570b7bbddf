import { createHash } from 'node:crypto';
import type { Manifest, ManifestNode } from '../manifest.ts';

/** A macro that a node reaches; `sql` is `sha256:…` of its text, null when the manifest does not have it. */
export interface MacroEntry {
  readonly id: string;
  readonly sql: string | null;
}

interface MacroFacts {
  readonly digests: Map<string, string>;
  readonly closures: Map<string, readonly string[]>;
}

// A manifest is immutable, so what is derived from it lives exactly as long as it does.
const facts = new WeakMap<Manifest, MacroFacts>();

function factsOf(manifest: Manifest): MacroFacts {
  const known = facts.get(manifest);
  if (known) return known;
  const fresh = { digests: new Map(), closures: new Map() };
  facts.set(manifest, fresh);
  return fresh;
}

function digest(manifest: Manifest, id: string): string | null {
  const macro = manifest.macros[id];
  if (!macro) return null;
  const { digests } = factsOf(manifest);
  const known = digests.get(id);
  if (known) return known;
  const sql = `sha256:${createHash('sha256').update(macro.macro_sql).digest('hex')}`;
  digests.set(id, sql);
  return sql;
}

function reach(manifest: Manifest, roots: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const stack = [...roots];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    stack.push(...macroParents(manifest.macros[id]?.depends_on?.macros));
  }
  return [...seen].sort();
}

function macroParents(ids: readonly (string | null)[] | undefined): readonly string[] {
  // a macro that was removed but is still referenced is written as null
  return (ids ?? []).filter((id): id is string => id !== null);
}

/**
 * Whether a macro is one of those with which dbt runs a node. It adds them to the dependencies of tests and functions
 * that it executed, so that the manifest of a build differs from that of a parse although nothing was changed.
 */
function isMachinery(manifest: Manifest, id: string): boolean {
  const [, owner, name = ''] = id.split('.');
  return (owner === 'dbt' || owner === `dbt_${manifest.metadata.adapter_type}`) && !name.startsWith('test_');
}

/**
 * Every macro that a node reaches through the manifest's own dependencies, sorted by id. Of a test or a function the
 * macros of dbt's own packages are left out, because only some manifests name them.
 */
export function macroClosure(manifest: Manifest, node: ManifestNode): readonly MacroEntry[] {
  const own = macroParents(node.depends_on?.macros);
  const isRun = node.resource_type === 'test' || node.resource_type === 'function';
  const roots = isRun ? own.filter((id) => !isMachinery(manifest, id)) : own;
  if (roots.length === 0) return [];
  const key = roots.join('\n');
  const { closures } = factsOf(manifest);
  let ids = closures.get(key);
  if (!ids) closures.set(key, (ids = reach(manifest, roots)));
  return ids.map((id) => ({ id, sql: digest(manifest, id) }));
}

/**
 * Answers whether a node reaches a macro that was changed, added or removed between two manifests, walking the current
 * one. A macro that is in neither is an error in dbt as well; here it counts as not modified.
 */
export function macroComparison(previous: Manifest, current: Manifest): (node: ManifestNode) => boolean {
  const modified = new Set<string>();
  for (const [id, macro] of Object.entries(current.macros)) {
    if (previous.macros[id]?.macro_sql !== macro.macro_sql) modified.add(id);
  }
  for (const id of Object.keys(previous.macros)) if (!current.macros[id]) modified.add(id);
  if (modified.size === 0) return () => false;
  const tainted = taintedBy(current, modified);
  return (node) => macroParents(node.depends_on?.macros).some((id) => tainted.has(id));
}

function taintedBy(manifest: Manifest, modified: ReadonlySet<string>): ReadonlySet<string> {
  const callers = new Map<string, string[]>();
  for (const [id, macro] of Object.entries(manifest.macros)) {
    for (const called of macroParents(macro.depends_on?.macros)) {
      const list = callers.get(called);
      if (list) list.push(id);
      else callers.set(called, [id]);
    }
  }
  const tainted = new Set(modified);
  for (const id of tainted) for (const caller of callers.get(id) ?? []) tainted.add(caller);
  return tainted;
}
