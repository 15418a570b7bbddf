'use client';
import { useMemo } from 'react';
import { useAsk, useWhole } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { useNow } from '../ui/now.ts';
import { byAge, byChange, byKind, byMaterialization, byOwner, byStatus, byVerdict, lenses } from './lens.ts';
import type { Lens, LensName, LensNode } from './lens.ts';
import { useChanges } from './use-changes.ts';

/** Beyond so many a lens says that it does not know the rest. */
const mostStates = 60_000;
const mostEntries = 20_000;

export const lensOf = (query: URLSearchParams, otherwise: LensName): LensName =>
  lenses.find(([name]) => name === query.get('lens'))?.[0] ?? otherwise;

/** The one after it, the first after the last. */
export const nextLens = (name: LensName): LensName =>
  lenses[(lenses.findIndex(([one]) => one === name) + 1) % lenses.length]![0];

/**
 * The lens that the address names, with what it has to ask for.
 * @param nodes what is looked at; a stable iterable @param bring whether the nodes bring their own status
 */
export function useLens(
  query: URLSearchParams,
  otherwise: LensName,
  nodes: Iterable<LensNode> | undefined,
  bring: boolean,
): { lens: Lens; isLoading: boolean; note: string | undefined } {
  const { project, environment } = usePlace();
  const name = lensOf(query, otherwise);
  const now = Math.floor(useNow() / 60_000) * 60_000;
  const isOutcome = name === 'status' || name === 'age';
  const here = { project, environment };
  const states = useWhole('runsStates', { ...here, limit: 1000 }, mostStates, isOutcome && !bring);
  const plans = useAsk('plansList', { ...here, limit: 1 }, { enabled: name === 'verdict' });
  const plan = plans.data?.items[0]?.id;
  const entries = useWhole('plansEntries', { plan: plan ?? '', limit: 500 }, mostEntries, plan !== undefined);
  const changes = useChanges(query, name === 'change');
  const lens = useMemo(() => {
    const outcomes = new Map(states.data?.items.map((one) => [one.node, one]));
    const statusOf = bring ? ({ status }: LensNode) => status : ({ id }: LensNode) => outcomes.get(id);
    const makers: Record<LensName, () => Lens> = {
      type: byKind,
      status: () => byStatus(statusOf),
      age: () => byAge(now, statusOf),
      built: () => byMaterialization(nodes ?? []),
      owner: () => byOwner(nodes ?? []),
      verdict: () => byVerdict(new Map(entries.data?.items.map(({ id, verdict }) => [id, verdict]))),
      change: () => byChange(new Map(changes.items.map(({ id, change }) => [id, change]))),
    };
    return makers[name]();
  }, [name, bring, name === 'age' && now, nodes, states.data, entries.data, changes.items]);
  const of = { status: states, age: states, verdict: plan ? entries : plans, change: changes }[name as 'status'];
  const isLoading = of !== undefined && of.isFetching && !of.data;
  const isCut = of?.data && 'isWhole' in of.data && !of.data.isWhole;
  const none = name === 'verdict' && plans.data?.items.length === 0 ? 'There is no plan yet' : undefined;
  return { lens, isLoading, note: isCut ? 'Not all of it is known here: it is too much' : none };
}
