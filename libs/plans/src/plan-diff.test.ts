import { expect, test } from '@jest/globals';
import { recording } from '../recorded/recorded.ts';
import { buildPlan, differenceInWords, planDifferences } from './index.ts';

const recorded = recording();
const snapshot = `sha256:${'0'.repeat(64)}`;
const plan = (name: string) => {
  const edit = recorded.edits.find((one) => one.name === name)!;
  return buildPlan({ ...edit, snapshot, state: recorded.state });
};

test('two plans differ where a verdict or a reason does, and in nodes that only one of them has', () => {
  const [nothing, leaf, added] = [plan('nothing'), plan('an expression of a leaf'), plan('a new leaf')];
  expect(planDifferences(leaf, leaf)).toEqual([]);
  expect(planDifferences(nothing, leaf).map(({ id, before, after }) => [id, before?.verdict, after?.verdict])).toEqual(
    expect.arrayContaining([['model.jaffle.customer_segments', 'SKIP', 'RUN']]),
  );
  expect(planDifferences(nothing, added)).toEqual([
    { id: 'model.jaffle.top_customers', before: null, after: expect.objectContaining({ verdict: 'RUN' }) },
  ]);
  expect(differenceInWords(nothing, added)).toEqual([
    '0 run, 40 skip → 1 run, 40 skip; 1 differ',
    'none → RUN model.jaffle.top_customers',
    '  after:  this environment never built it',
  ]);
});
