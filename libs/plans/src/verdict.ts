import type { Manifest } from '@headgate/dbt';
import { lookedAt } from './data.ts';
import type { EnvironmentState, NodeState } from './environment-state.ts';
import type { Print } from './fingerprint.ts';
import type { DataMode, Reason, UpstreamReason } from './plan.ts';

export interface Question {
  readonly manifest: Manifest;
  readonly state: EnvironmentState;
  readonly prints: ReadonlyMap<string, Print>;
  readonly macros: ReadonlyMap<string, Readonly<Record<string, string | null>>>;
  readonly data: DataMode;
  readonly versions: Readonly<Record<string, string>>;
  readonly refresh: ReadonlySet<string>;
}

/** Most macros named in one reason; the rest is in the evidence. */
const mostMacros = 20;

/** Why a node must run on its own account; inputs are judged apart. */
export function ownReasons(q: Question, print: Print): Reason[] {
  const reasons: Reason[] = [];
  const before = q.state.nodes[print.id];
  if (!before?.built) reasons.push({ code: 'never_built' });
  if (before && before.last.result !== 'succeeded') {
    reasons.push({
      code: before.last.result === 'skipped' ? 'last_skipped' : 'last_failed',
      status: before.last.status,
    });
  }
  if (before?.built) reasons.push(...changedParts(q, print, before.built.parts));
  if (q.refresh.has(print.id)) reasons.push({ code: 'full_refresh' });
  if (q.data === 'check') reasons.push(...dataReasons(q, print.id, before));
  return reasons;
}

function changedParts(q: Question, print: Print, was: Readonly<Record<string, string>>): Reason[] {
  const names = [...new Set([...Object.keys(print.parts), ...Object.keys(was)])].sort();
  return names
    .filter((name) => print.parts[name] !== was[name])
    .map((part) =>
      part === 'macros'
        ? { code: 'changed', part, macros: changedMacros(q, print.parts[part], was[part]) }
        : { code: 'changed', part },
    );
}

function changedMacros(q: Question, is = '', was = ''): readonly string[] {
  const [now, before] = [q.macros.get(is) ?? {}, q.state.macros[was] ?? {}];
  const ids = [...new Set([...Object.keys(now), ...Object.keys(before)])].sort();
  return ids.filter((id) => now[id] !== before[id]).slice(0, mostMacros);
}

/**
 * Why a node must run on account of its inputs, judged before it: `moved` says whether one runs, or, carrying no verdict
 * itself, passes on that something above it runs.
 */
export function upstreamReasons(
  q: Question,
  print: Print,
  moved: (id: string) => 'runs' | 'carries' | undefined,
): UpstreamReason[] {
  const was = q.state.nodes[print.id]?.built?.upstream;
  const ids = [...new Set([...Object.keys(print.upstream), ...Object.keys(was ?? {})])].sort();
  return ids.flatMap((id): UpstreamReason[] => {
    const move = moved(id);
    if (move) return [{ code: 'upstream', id, why: move }];
    if (!was || was[id] === print.upstream[id]) return [];
    const why = was[id] === undefined ? 'added' : print.upstream[id] === undefined ? 'removed' : 'changed';
    return [{ code: 'upstream', id, why }];
  });
}

function dataReasons(q: Question, id: string, before: NodeState | undefined): Reason[] {
  const read = before?.built?.data ?? {};
  return lookedAt(q.manifest, id).flatMap((input): Reason[] => {
    const [is, was] = [q.versions[input], read[input]];
    if (is === undefined || was === undefined) return [{ code: 'data_unknown', id: input }];
    return is === was ? [] : [{ code: 'data_changed', id: input }];
  });
}
