import type { Case, Outcome } from './campaign.ts';

/** What a campaign found. A false skip: a relation, a test's finding or a snapshot's question that differs from having run everything. */
export interface Report {
  readonly cases: number;
  readonly invalid: number;
  readonly dataSeeds: number;
  readonly falseSkips: readonly Case[];
  /** Mutations that dbt itself built both ways, and those whose relations or findings then differ. */
  readonly fullBuilds: number;
  readonly fullBuildDifferences: readonly Case[];
  /** Of those: where the SQL executed directly gave something else than dbt. */
  readonly shortcutDifferences: readonly Case[];
  /** Where reading only what is near a difference gives other verdicts. */
  readonly regionDifferences: readonly Case[];
  /** Plans that the separate verifier refused. */
  readonly refused: number;
  /** Nodes run, beside what dbt's state:modified+ would have run. */
  readonly runs: number;
  readonly stateModified: number;
  /** Of mutations that mean the same: how many ran nothing downstream of where they are. */
  readonly preserving: { readonly cases: number; readonly quiet: number };
  readonly operators: Readonly<Record<string, { cases: number; runs: number; stateModified: number }>>;
}

export function reported(outcomes: readonly Outcome[], dataSeeds: number): Report {
  const cases = outcomes.filter((one): one is Case => !('invalid' in one));
  const operators: Record<string, { cases: number; runs: number; stateModified: number }> = {};
  for (const { operator, runs, whole } of cases) {
    const known = (operators[operator] ??= { cases: 0, runs: 0, stateModified: 0 });
    known.cases++;
    known.runs += runs.length;
    known.stateModified += whole.length;
  }
  const preserving = cases.filter((one) => one.preserving);
  return {
    cases: cases.length,
    invalid: outcomes.length - cases.length,
    dataSeeds,
    falseSkips: cases.filter(({ wrong }) => wrong.some((ids) => ids.length > 0)),
    fullBuilds: cases.filter(({ full }) => full).length,
    fullBuildDifferences: cases.filter(({ full }) => full && full.planned.length > 0),
    shortcutDifferences: cases.filter(({ full }) => full && full.shortcut.length > 0),
    regionDifferences: cases.filter(({ byRegion }) => byRegion.length > 0),
    refused: cases.filter(({ verified }) => !verified).length,
    runs: sum(cases.map(({ runs }) => runs.length)),
    stateModified: sum(cases.map(({ whole }) => whole.length)),
    preserving: { cases: preserving.length, quiet: preserving.filter(isQuiet).length },
    operators: Object.fromEntries(Object.entries(operators).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Markdown: per operator, mutations, nodes that the plans ran and nodes that state:modified+ selects. */
export function operatorTable({ operators }: Pick<Report, 'operators'>): string {
  const rows = Object.entries(operators).map(([name, { cases, runs, stateModified }]) => {
    const share = stateModified === 0 ? '' : `${Math.round((100 * runs) / stateModified)} %`;
    return `| ${name} | ${cases} | ${runs} | ${stateModified} | ${share} |`;
  });
  const head = [
    '| operator | mutations | nodes run | by `state:modified+` | share |',
    '| --- | --- | --- | --- | --- |',
  ];
  return [...head, ...rows].join('\n');
}

/** Nothing but where the mutation is. */
function isQuiet({ runs, begins }: Case): boolean {
  return runs.every((id) => begins.includes(id));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
