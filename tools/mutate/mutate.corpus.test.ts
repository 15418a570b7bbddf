import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordReads } from '../../apps/runner/src/worker/reads.ts';
import { Bench, campaign, dataSeeds, type Outcome, product, type Subject, subjects } from './campaign.ts';
import { buildingOperators } from './building-operators.ts';
import { operators } from './operators.ts';
import { forgetful, planted, plannerWith } from './planted.ts';
import { reported } from './report.ts';

const venv = fileURLToPath(new URL('../../.headgate/python', import.meta.url));
const benches: Bench[] = [];
let work: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'headgate-mutate-'));
  for (const subject of subjects) benches.push(await Bench.open(subject, venv, work));
}, 600_000);

afterAll(() => {
  for (const bench of benches) bench.end();
  rmSync(work, { recursive: true, force: true });
});

test('of 25 mutations by a seed of today, executed over three fillings of the data and some of them by dbt, none was wrongly skipped', async () => {
  const seed = randomInt(2 ** 31);
  const outcomes: Outcome[] = [];
  for await (const outcome of campaign(benches, [...operators, ...buildingOperators], { count: 25, seed }))
    outcomes.push(outcome);
  const report = reported(outcomes, dataSeeds);
  const { falseSkips, fullBuildDifferences, shortcutDifferences, regionDifferences, refused } = report;
  const wrong = { falseSkips, fullBuildDifferences, shortcutDifferences, regionDifferences };
  expect({ seed, refused, ...wrong }).toEqual({
    ...{ seed, refused: 0, falseSkips: [], fullBuildDifferences: [] },
    ...{ shortcutDifferences: [], regionDifferences: [] },
  });
  expect(report.fullBuilds).toBeGreaterThanOrEqual(2);
}, 600_000);

test.each(planted)(
  'an unsound rule is caught by executing one edit: $name',
  async (one) => {
    const bench = benches.find(({ subject }) => subject.name === (one.subject ?? 'shapes')) as Bench;
    const [file, from, to] = one.edit;
    const text = bench.shop.files[file] ?? '';
    expect(text).toContain(from);
    const { planner, remove } = await plannerWith(one);
    try {
      const edit = { [file]: text.replace(from, () => to) };
      const mutation = { name: one.name, preserving: false, files: edit, afresh: true } as const;
      const outcome = await bench.judge(mutation, [product, planner]);
      if ('invalid' in outcome) throw new Error(outcome.invalid);
      const [ours, theirs] = outcome.wrong;
      expect(ours).toEqual([]);
      expect(theirs?.length).toBeGreaterThan(0);
    } finally {
      remove();
    }
  },
  300_000,
);

test('a runner that forgets which variables a node reads is caught by executing one edit', async () => {
  const subject = subjects.find(({ name }) => name === 'shapes') as Subject;
  const prelude = recordReads.replace(forgetful.from, forgetful.to);
  expect(prelude).not.toBe(recordReads);
  const [file, from, to] = forgetful.edit;
  const wrongBy = async (bench: Bench): Promise<readonly string[]> => {
    const edit = { [file]: (bench.shop.files[file] ?? '').replace(from, to) };
    const outcome = await bench.judge({ name: 'variable', preserving: false, files: edit });
    if ('invalid' in outcome) throw new Error(outcome.invalid);
    return outcome.wrong.flat();
  };
  const forgetting = await Bench.open(subject, venv, join(work, 'forgetful'), prelude);
  benches.push(forgetting);
  expect(await wrongBy(forgetting)).toEqual(['model.shapes.log_tail']);
  expect(await wrongBy(benches.find((bench) => bench.subject.name === 'shapes') as Bench)).toEqual([]);
}, 300_000);
