import { expect, test } from '@jest/globals';
import { byAge, byChange, byOwner, byStatus, legendOf, type Lens, type LensNode } from './lens.ts';

const node = (id: string, more: Partial<LensNode> = {}): LensNode => ({ id, type: 'model', ...more });
const words = (lens: Lens, nodes: LensNode[]) => legendOf(lens, nodes).map(({ word, count }) => `${word} ${count}`);

test('a legend names the answers that are there, and how many give each', () => {
  const nodes = [
    node('a', { status: { status: 'success' } }),
    node('b', { status: { status: 'runtime error' } }),
    node('c', { status: { status: 'pass' } }),
    node('d'),
  ];
  expect(words(byStatus(), nodes)).toEqual(['succeeded 2', 'failed 1', 'not run 1']);
});

test('what failed is not counted as built, however new it is', () => {
  const now = Date.parse('2026-01-10T00:00:00Z');
  const at = (finishedAt: string, status = 'success') => node('x', { status: { status, finishedAt } });
  const nodes = [
    at('2026-01-09T12:00:00Z'),
    at('2026-01-05T00:00:00Z'),
    at('2025-12-01T00:00:00Z'),
    at('2026-01-09T23:00:00Z', 'error'),
  ];
  expect(words(byAge(now), nodes)).toEqual([
    'within a day 1',
    'within a week 1',
    'longer ago 1',
    'not known to be built 1',
  ]);
});

test('of many owners the commonest have a colour of their own, the others share one, and nobody is left out', () => {
  const nodes = [...'aaaabbbccddeefg'].map((owner) => node(owner, { owner }));
  const found = words(byOwner([...nodes, node('none')]), [...nodes, node('none')]);
  expect(found).toEqual(['a 4', 'b 3', 'c 2', 'd 2', 'e 2', '2 others 2', 'no owner 1']);
});

test('a node that another snapshot does not name is the same', () => {
  const lens = byChange(new Map([['a', 'added']]));
  expect(lens.keys[lens.of(node('a'))]!.word).toBe('added');
  expect(lens.keys[lens.of(node('b'))]!.word).toBe('same');
});
