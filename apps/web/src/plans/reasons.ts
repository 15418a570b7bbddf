import type { PlanEntry, PlanLine, PlanReason } from '@headgate/contracts';
import { nameOf, several } from '../ui/words.ts';

const parts: Record<string, string> = {
  body: 'its SQL',
  configs: 'its configuration',
  contract: 'its contract',
  macros: 'a macro it calls',
  relation: 'where it is built',
  reference: 'what it refers to',
  fqn: 'its path',
  kind: 'its kind',
  persisted_descriptions: 'its persisted description',
  machinery: 'what dbt builds it with',
  reads: 'a variable it reads',
  query: 'its query',
};
const whys: Record<string, string> = {
  runs: 'runs before it',
  carries: 'carries a change',
  changed: 'changed',
  added: 'was added',
  removed: 'was removed',
};

/** A part of a node's identity, in words. */
export const partName = (part: string): string => parts[part] ?? part.replace(/_/g, ' ');

/** A reason as a clause of a few words. */
export function clause({ code, part, id, why, macros, status, assumed, start, end }: PlanReason): string {
  switch (code) {
    case 'never_built':
      return 'Never built here';
    case 'last_failed':
      return `Failed last time${status ? `: ${status}` : ''}`;
    case 'last_skipped':
      return 'Skipped last time';
    case 'changed':
      return `Changed: ${partName(part ?? '')}${macros?.length ? `, ${macros.map(nameOf).join(', ')}` : ''}`;
    case 'upstream':
      return `${nameOf(id ?? '')} ${whys[why ?? ''] ?? 'changed'}`;
    case 'full_refresh':
      return 'Full refresh was asked for';
    case 'event_time':
      return `Batches from ${start} to ${end} were asked for`;
    case 'tests_only':
      return 'Only tests of it run';
    case 'data_changed':
      return `New data in ${nameOf(id ?? '')}`;
    case 'data_unknown':
      return `Nobody knows whether ${nameOf(id ?? '')} has new data`;
    case 'same_query':
      return `Its text changed${part ? ` (${partName(part)})` : ''}, what it computes did not`;
    case 'same_inputs':
      return 'What it reads of its inputs did not change';
    case 'unchanged':
      return assumed?.length ? `Unchanged, if ${assumed.map(nameOf).join(', ')} is` : 'Unchanged: input digest equal';
  }
}

/** One step of the chain from where a change began to the verdict. */
export interface Step {
  id: string;
  text: string;
  evidence: string;
}

const hex = (digest: string | null | undefined): string =>
  digest ? digest.replace('sha256:', '').slice(0, 4) : 'none';

/** The parts of an entry's identity that differ from when it was last built, with both digests. */
export function changedParts({
  evidence: { parts: now, state },
}: PlanEntry): { part: string; before: string; after: string }[] {
  if (!state) return [];
  return [...new Set([...Object.keys(now), ...Object.keys(state.parts)])]
    .filter((part) => now[part] !== state.parts[part])
    .map((part) => ({ part, before: hex(state.parts[part]), after: hex(now[part]) }));
}

/**
 * Why this verdict: from the root of the change, edge by edge, to the node itself. `lines`: what is known of the nodes on
 * the way; `root`: the first of them, with its evidence.
 */
export function chainOf(entry: PlanEntry, lines: ReadonlyMap<string, PlanLine>, root?: PlanEntry): Step[] {
  const verdict = { id: entry.id, text: verdictLine(entry), evidence: digests(entry) };
  if (entry.verdict === 'SKIP') return [...skipEvidence(entry), verdict];
  const before = entry.cause.filter((id) => id !== entry.id);
  const steps = before.map((id, at): Step => {
    const here = at === 0 && root?.id === id ? root : lines.get(id);
    const first = at === 0 ? here?.reasons.find(({ code }) => code !== 'upstream') : undefined;
    const text = first
      ? `${nameOf(id)}: ${lower(clause(first))}`
      : `${nameOf(id)} ${isBuilt(id) ? 'is rebuilt, so its readers are too' : 'changed'}`;
    return { id, text, evidence: here && 'evidence' in here ? digests(here) : wayOf(id, here) };
  });
  const own = entry.reasons
    .filter(({ code }) => code !== 'upstream' || before.length === 0)
    .map((reason): Step => ({ id: entry.id, text: clause(reason), evidence: evidenceOf(reason, entry) }));
  return [...steps, ...own, verdict];
}

/** Sources and macros are inputs of a plan, and have no verdict in it. */
const isBuilt = (id: string): boolean => !/^(source|macro)\./.test(id);

const wayOf = (id: string, line: PlanLine | undefined): string =>
  line?.reasons[0] ? lower(clause(line.reasons[0])) : isBuilt(id) ? 'on the way of the change' : 'an input of the plan';

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

const digests = ({ evidence: { fingerprint, state } }: PlanEntry): string =>
  state
    ? `input digest ${hex(state.fingerprint)} ${state.fingerprint === fingerprint ? '=' : '→'} ${hex(fingerprint)}`
    : `input digest ${hex(fingerprint)}, none before`;

const verdictLine = ({ id, verdict }: PlanEntry): string =>
  `${nameOf(id)} ${{ RUN: 'is rebuilt', PARTIAL: 'is rebuilt in part', SKIP: 'stays as it is' }[verdict]}`;

function evidenceOf({ code, part }: PlanReason, entry: PlanEntry): string {
  const changed = changedParts(entry).find((one) => one.part === part);
  if (changed) return `${partName(changed.part)} ${changed.before} → ${changed.after}`;
  const { state } = entry.evidence;
  if (code === 'last_failed' || code === 'last_skipped')
    return `run ${state?.run.slice(-8) ?? ''}, attempt ${state?.attempt ?? ''}`;
  return code === 'never_built' ? 'no successful build is on record in this environment' : 'the plan’s rules';
}

function skipEvidence({ id, evidence: { parts: own, upstream, state } }: PlanEntry): Step[] {
  const steps: Step[] = [
    {
      id,
      text: `All ${several(Object.keys(own).length, 'part')} of it are equal`,
      evidence: Object.keys(own).map(partName).join(', '),
    },
  ];
  const inputs = Object.keys(upstream).length;
  if (inputs > 0)
    steps.push({
      id,
      text: `${several(inputs, 'direct input')} equal`,
      evidence: Object.keys(upstream).map(nameOf).join(', '),
    });
  if (state)
    steps.push({
      id,
      text: 'Its last build stands',
      evidence: `run ${state.run.slice(-8)}, attempt ${state.attempt}, ${state.result}`,
    });
  return steps;
}
