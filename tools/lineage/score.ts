// Scores the engine on both corpora:
//   node -C source --import ./tools/register.js tools/lineage/score.ts [--json]
import { pathToFileURL } from 'node:url';
import { columnLineage } from '../../libs/lineage/src/engine.ts';
import { report, type LineageResult } from '../../libs/lineage/src/index.ts';
import { givenCases, secondCases, type LineageCase } from './cases.ts';

export interface Tally {
  right: number;
  wrong: number;
  missed: number;
}

export interface Score {
  readonly cases: number;
  readonly exact: number;
  readonly failed: number;
  readonly edges: Tally;
  readonly certain: Tally;
  readonly predicates: Tally;
  /** One line for each case that is not exact. */
  readonly faults: readonly string[];
}

const tally = (): Tally => ({ right: 0, wrong: 0, missed: 0 });

function normalised(name: string, strict: boolean): string {
  const plain = name.replace(/["`]/g, '');
  const dot = plain.lastIndexOf('.');
  return strict && dot >= 0 ? plain.slice(0, dot).toLowerCase() + plain.slice(dot) : plain.toLowerCase();
}

/** Compares sets; optional members count neither way. Answers what differs. */
function compare(
  expected: ReadonlySet<string>,
  got: ReadonlySet<string>,
  optional: ReadonlySet<string>,
  into: Tally,
): string[] {
  const faults: string[] = [];
  for (const one of got) {
    if (expected.has(one)) into.right++;
    else if (!optional.has(one)) {
      into.wrong++;
      faults.push(`+${one}`);
    }
  }
  for (const one of expected) {
    if (got.has(one)) continue;
    into.missed++;
    faults.push(`-${one}`);
  }
  return faults;
}

interface Got {
  readonly edges: ReadonlyMap<string, ReadonlySet<string>>;
  readonly certain: ReadonlyMap<string, ReadonlySet<string>>;
  readonly predicates: ReadonlySet<string>;
}

function gotOf(result: LineageResult, strict: boolean): Got | null {
  const answer = report(result, true);
  if ('error' in answer) return null;
  const edges = new Map<string, Set<string>>();
  const certain = new Map<string, Set<string>>();
  const last = Math.max(0, ...answer.edges.map((edge) => edge.statement ?? 0));
  for (const edge of answer.edges.filter((one) => (one.statement ?? 0) === last)) {
    const target = edge.target.toLowerCase();
    const put = (map: Map<string, Set<string>>, list: readonly string[]): void => {
      map.set(target, new Set([...(map.get(target) ?? []), ...list.map((name) => normalised(name, strict))]));
    };
    put(edges, edge.sources);
    put(
      certain,
      edge.details!.filter((one) => one.confidence === 1).map((one) => one.source),
    );
  }
  return { edges, certain, predicates: new Set(answer.predicates.map((name) => normalised(name, strict))) };
}

/** Runs the engine over the cases and counts. */
export function score(cases: readonly LineageCase[]): Score {
  const result = {
    cases: cases.length,
    exact: 0,
    failed: 0,
    edges: tally(),
    certain: tally(),
    predicates: tally(),
    faults: [] as string[],
  };
  for (const one of cases) {
    const faults = scoreOne(one, result);
    if (faults.length === 0) result.exact++;
    else result.faults.push(`${one.id}: ${faults.join(' ')}`);
  }
  return result;
}

function scoreOne(
  one: LineageCase,
  into: { failed: number; edges: Tally; certain: Tally; predicates: Tally },
): string[] {
  const answer = columnLineage(one.sql, one.schema, { dialect: one.dialect });
  const got = gotOf(answer, one.strict);
  if (got === null) {
    into.failed++;
    for (const edge of one.expected) into.edges.missed += edge.sources.length;
    into.predicates.missed += one.predicates?.length ?? 0;
    return [(report(answer) as { error: string }).error];
  }
  const faults: string[] = [];
  const targets = new Map(one.expected.map((edge) => [edge.target.toLowerCase(), edge]));
  for (const target of new Set([...targets.keys(), ...got.edges.keys()])) {
    const edge = targets.get(target);
    const expected = new Set((edge?.sources ?? []).map((name) => normalised(name, one.strict)));
    const optional = new Set((edge?.optional ?? []).map((name) => normalised(name, one.strict)));
    if (edge === undefined || !got.edges.has(target))
      faults.push(`${edge === undefined ? 'unexpected' : 'missing'} column ${target}`);
    faults.push(
      ...compare(expected, got.edges.get(target) ?? new Set(), optional, into.edges).map(
        (fault) => `${target} ${fault}`,
      ),
    );
    compare(expected, got.certain.get(target) ?? new Set(), optional, into.certain);
  }
  if (one.predicates !== null) {
    const expected = new Set(one.predicates.map((name) => normalised(name, one.strict)));
    faults.push(...compare(expected, got.predicates, new Set(), into.predicates).map((fault) => `predicate ${fault}`));
  }
  return faults;
}

export const precision = ({ right, wrong }: Tally): number => (right + wrong === 0 ? 1 : right / (right + wrong));
export const recall = ({ right, missed }: Tally): number => (right + missed === 0 ? 1 : right / (right + missed));

function main(): void {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  let complete = true;
  for (const [name, cases] of [
    ['given', givenCases()],
    ['second', secondCases()],
  ] as const) {
    const result = score(cases);
    const { edges, predicates, certain } = result;
    if (process.argv.includes('--json')) console.log(JSON.stringify({ name, ...result }));
    else {
      console.log(`${name}: ${result.exact} of ${result.cases} exact, ${result.failed} failed`);
      console.log(
        `  edges      precision ${percent(precision(edges))}  recall ${percent(recall(edges))}  (${edges.right + edges.missed} expected)`,
      );
      console.log(`  predicates precision ${percent(precision(predicates))}  recall ${percent(recall(predicates))}`);
      console.log(
        `  edges at confidence 1: precision ${percent(precision(certain))} (${certain.right + certain.wrong})`,
      );
      for (const fault of result.faults) console.log(`  ${fault}`);
    }
    complete &&=
      precision(edges) >= 0.995 && recall(edges) >= 0.99 && precision(predicates) >= 0.98 && recall(predicates) >= 0.98;
  }
  process.exitCode = complete ? 0 : 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
