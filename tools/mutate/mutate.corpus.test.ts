import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bench, campaign, dataSeeds, type Outcome, product, subjects } from './campaign.ts';
import { operators } from './operators.ts';
import { planted, plannerWith } from './planted.ts';
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

test('of 40 mutations by a seed of today, executed over three fillings of the data and two of them by dbt, none was wrongly skipped', async () => {
  const seed = randomInt(2 ** 31);
  const outcomes: Outcome[] = [];
  for await (const outcome of campaign(benches, operators, { count: 40, seed })) outcomes.push(outcome);
  const report = reported(outcomes, dataSeeds);
  const { falseSkips, fullBuildDifferences, shortcutDifferences, regionDifferences, refused } = report;
  const wrong = { falseSkips, fullBuildDifferences, shortcutDifferences, regionDifferences };
  expect({ seed, refused, ...wrong }).toEqual({
    ...{ seed, refused: 0, falseSkips: [], fullBuildDifferences: [] },
    ...{ shortcutDifferences: [], regionDifferences: [] },
  });
  expect(report.fullBuilds).toBe(2);
}, 600_000);

test.each(planted)(
  'an unsound rule is caught by executing one edit: $name',
  async (one) => {
    const shapes = benches.find(({ subject }) => subject.name === 'shapes') as Bench;
    const [file, from, to] = one.edit;
    const text = shapes.shop.files[file] ?? '';
    expect(text).toContain(from);
    const { planner, remove } = await plannerWith(one);
    try {
      const edit = { [file]: text.replace(from, () => to) };
      const outcome = await shapes.judge({ name: one.name, preserving: false, files: edit }, [product, planner]);
      if ('invalid' in outcome) throw new Error(outcome.invalid);
      const [ours, theirs] = outcome.wrong;
      expect(ours).toEqual([]);
      expect(theirs?.length).toBeGreaterThan(0);
    } finally {
      remove();
    }
  },
  120_000,
);
