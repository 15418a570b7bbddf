import type { Manifest } from '@headgate/dbt';
import { absent, type EnvironmentState, type InputState, type MacroTable } from './environment-state.ts';
import { carriesVerdict, type OwnParts, type PartsTable } from './parts.ts';
import { findNode } from '@headgate/dbt';

/** What stands against what is written now. */
export interface Comparison {
  readonly manifest: Manifest;
  readonly state: EnvironmentState;
  readonly table: PartsTable;
}

type Then = Pick<InputState, 'parts' | 'macroTable'>;

/** Most macros named in one reason. */
const mostMacros = 20;

/**
 * Names of the parts that differ, sorted. Macros are compared one by one, for all that the node reaches now or reached
 * then: an executed manifest lists macros that only running a node shows, so the two sets need not be equal.
 */
export function changedParts(c: Comparison, id: string, then: Then): readonly string[] {
  const now = (c.table.nodes.get(id) as OwnParts).parts;
  const names = [...new Set([...Object.keys(now), ...Object.keys(then.parts)])].sort();
  return names.filter(
    (name) => now[name] !== then.parts[name] && (name !== 'macros' || changedMacros(c, id, then).length > 0),
  );
}

/** Ids of macros in reach whose SQL differs, that are new, or that are gone; sorted, cut at 20. `part`: `macros` or `machinery`. */
export function changedMacros(c: Comparison, id: string, then: Then, part = 'macros'): readonly string[] {
  const before: MacroTable = c.state.macroTables[then.macroTable] ?? {};
  const now = c.table.macros;
  const reached = new Set([
    ...(c.table.reached.get(c.table.nodes.get(id)?.parts[part] ?? '') ?? []),
    ...(c.state.reached[then.parts[part] ?? ''] ?? []),
  ]);
  return [...reached]
    .filter((macro) => now[macro] !== before[macro])
    .sort()
    .slice(0, mostMacros);
}

/** Whether an input is what some node recorded of it when it was built: `was`, a fingerprint. */
export function isAsBefore(c: Comparison, id: string, was: string): boolean {
  const node = findNode(c.manifest, id)?.node;
  if (!node) return was === absent;
  // What was built stands as it was built, whatever its code says by now; whether it runs is judged elsewhere.
  if (carriesVerdict(node)) return (c.state.nodes[id]?.built?.fingerprint ?? absent) === was;
  return beganAt(c, id, was) === undefined;
}

/**
 * For an input that carries no verdict: undefined when it is as before; else the way from where the difference began
 * to the input itself.
 */
export function beganAt(c: Comparison, id: string, was: string): readonly string[] | undefined {
  const then = c.state.inputs[was];
  const now = c.table.nodes.get(id);
  if (!then || then.id !== id || !now || changedParts(c, id, then).length > 0) return [id];
  if (Object.keys(then.upstream).some((input) => !now.inputs.includes(input))) return [id];
  for (const input of now.inputs) {
    const recorded = then.upstream[input];
    if (recorded === undefined) return [id];
    if (isAsBefore(c, input, recorded)) continue;
    const node = findNode(c.manifest, input)?.node;
    return node && !carriesVerdict(node) ? [...(beganAt(c, input, recorded) ?? [input]), id] : [input, id];
  }
  return undefined;
}
