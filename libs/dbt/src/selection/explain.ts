import type { JsonValue } from '../state/json.ts';
import type { CriterionTrace } from './evaluate.ts';
import type { Project } from './project.ts';

/** How one part of an expression came to a node: it matched, or is up- or downstream of a match, or tests one. */
export type Via = 'match' | 'ancestor' | 'descendant' | 'test';

export interface Reason {
  readonly criterion: JsonValue;
  readonly via: readonly Via[];
}

/** For every selected id the parts of the expression that chose it, in the order in which they stand. */
export type Explanation = Readonly<Record<string, readonly Reason[]>>;

/** Reads the traces of an evaluation into reasons; of an intersection every part is a reason. */
export function explain(project: Project, ids: readonly string[], traces: readonly CriterionTrace[]): Explanation {
  return Object.fromEntries(ids.map((id) => [id, reasons(project.numbers.get(id)!, traces)]));
}

function reasons(index: number, traces: readonly CriterionTrace[]): readonly Reason[] {
  return traces.flatMap((trace) => {
    const via: Via[] = [];
    if (trace.matched[index]) via.push('match');
    if (trace.ancestors[index]) via.push('ancestor');
    if (trace.descendants[index]) via.push('descendant');
    if (via.length === 0 && (trace.selected[index] || trace.waiting[index])) via.push('test');
    return via.length > 0 ? [{ criterion: trace.criterion.raw, via }] : [];
  });
}
