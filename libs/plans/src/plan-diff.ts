import { inWords } from './explain.ts';
import type { ExecutionPlan, PlanEntry } from './plan.ts';

/** A node on which two plans do not agree; null on the side that has no verdict for it. */
export interface PlanDifference {
  readonly id: string;
  readonly before: PlanEntry | null;
  readonly after: PlanEntry | null;
}

/** Nodes whose verdict or reasons differ between two plans, sorted by id. Evidence may differ where both agree. */
export function planDifferences(before: ExecutionPlan, after: ExecutionPlan): readonly PlanDifference[] {
  const then = new Map(before.entries.map((entry) => [entry.id, entry]));
  const now = new Map(after.entries.map((entry) => [entry.id, entry]));
  return [...new Set([...then.keys(), ...now.keys()])].sort().flatMap((id) => {
    const [a, b] = [then.get(id) ?? null, now.get(id) ?? null];
    return a && b && said(a) === said(b) ? [] : [{ id, before: a, after: b }];
  });
}

/** Two plans in words: a summary, then every node on which they do not agree. */
export function differenceInWords(before: ExecutionPlan, after: ExecutionPlan): readonly string[] {
  const differences = planDifferences(before, after);
  const counts = ({ header }: ExecutionPlan): string =>
    `${header.counts.run} run, ${header.counts.skip} skip${header.counts.partial ? `, ${header.counts.partial} partial` : ''}`;
  return [
    `${counts(before)} → ${counts(after)}; ${differences.length} differ`,
    ...differences.flatMap(({ id, before: a, after: b }) => [
      `${a?.verdict ?? 'none'} → ${b?.verdict ?? 'none'} ${id}`,
      ...(a ? [`  before: ${a.reasons.map(inWords).join('; ')}`] : []),
      ...(b ? [`  after:  ${b.reasons.map(inWords).join('; ')}`] : []),
    ]),
  ];
}

function said({ verdict, reasons }: PlanEntry): string {
  return JSON.stringify([verdict, reasons]);
}
