import { findNode } from '@headgate/dbt';
import { builtInputs, lookedAt, versionOf } from './data.ts';
import { beganAt, changedMacros, changedParts, type Comparison, isAsBefore } from './difference.ts';
import type { Built, NodeState } from './environment-state.ts';
import { carriesVerdict, type OwnParts } from './parts.ts';
import type { DataMode, EventTime, Reason, UpstreamReason } from './plan.ts';

export interface Question extends Comparison {
  readonly data: DataMode;
  readonly versions: Readonly<Record<string, string>>;
  readonly refresh: ReadonlySet<string>;
  /** Nodes of which only the batches of `eventTime` are built. */
  readonly batches: ReadonlySet<string>;
  readonly eventTime?: EventTime;
  /** Seed id → hash of its file, where the manifest only has a path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Why a node must run on its own account; inputs are judged apart. */
export function ownReasons(q: Question, id: string): Reason[] {
  const reasons: Reason[] = [];
  const before = q.state.nodes[id];
  const built = before?.built;
  if (!built) reasons.push({ code: 'never_built' });
  if (before && before.last.result !== 'succeeded') {
    reasons.push({
      code: before.last.result === 'skipped' ? 'last_skipped' : 'last_failed',
      status: before.last.status,
    });
  }
  if (built) {
    for (const part of changedParts(q, id, built)) {
      reasons.push(
        part === 'macros' || part === 'machinery'
          ? { code: 'changed', part, macros: changedMacros(q, id, built, part) }
          : { code: 'changed', part },
      );
    }
  }
  if (q.refresh.has(id)) reasons.push({ code: 'full_refresh' });
  if (q.eventTime && q.batches.has(id)) reasons.push({ code: 'event_time', ...q.eventTime });
  if (built) reasons.push(...parentReasons(q, id, built));
  if (q.data === 'check') reasons.push(...dataReasons(q, id, before));
  return reasons;
}

/**
 * Why a node must run on account of its inputs, judged before it: `moved` says whether one runs, or, carrying no verdict
 * itself, passes on that something above it runs.
 */
export function upstreamReasons(
  q: Question,
  { id, inputs }: OwnParts,
  moved: (id: string) => 'runs' | 'carries' | undefined,
): UpstreamReason[] {
  const was = q.state.nodes[id]?.built?.upstream;
  const ids = [...new Set([...inputs, ...Object.keys(was ?? {})])].sort();
  return ids.flatMap((input): UpstreamReason[] => {
    if (!inputs.includes(input)) return [{ code: 'upstream', id: input, why: 'removed' }];
    const move = moved(input);
    if (move) return [{ code: 'upstream', id: input, why: move }];
    if (!was) return [];
    const recorded = was[input];
    if (recorded === undefined) return [{ code: 'upstream', id: input, why: 'added' }];
    return isAsBefore(q, input, recorded) ? [] : [{ code: 'upstream', id: input, why: 'changed' }];
  });
}

/** From where a difference in an input began, to the input. */
export function wayTo(q: Question, consumer: string, input: string): readonly string[] {
  const was = q.state.nodes[consumer]?.built?.upstream[input];
  const node = findNode(q.manifest, input)?.node;
  if (was === undefined || !node || carriesVerdict(node)) return [input];
  return beganAt(q, input, was) ?? [input];
}

/**
 * Inputs that were built over other data since: the state itself says so, whatever is assumed of today's. Where it cannot
 * say, that matters only to one who checks.
 */
function parentReasons(q: Question, id: string, { data }: Built): Reason[] {
  return builtInputs(q.manifest, id).flatMap((input): Reason[] => {
    const [is, was] = [versionOf(q.state.nodes[input]?.built?.data), data[input]];
    if (is === was) return [];
    if (is !== undefined && was !== undefined) return [{ code: 'data_changed', id: input }];
    return q.data === 'check' ? [{ code: 'data_unknown', id: input }] : [];
  });
}

function dataReasons(q: Question, id: string, before: NodeState | undefined): Reason[] {
  const read = before?.built?.data ?? {};
  return lookedAt(q.manifest, id, q.files).flatMap((input): Reason[] => {
    const [is, was] = [q.versions[input], read[input]];
    if (is === undefined || was === undefined) return [{ code: 'data_unknown', id: input }];
    return is === was ? [] : [{ code: 'data_changed', id: input }];
  });
}
