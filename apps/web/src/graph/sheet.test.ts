import { expect, test } from '@jest/globals';
import { bendOf, type Card, nextCard, type Sheet } from './sheet.ts';

const card = (id: string, x: number, y: number): Card => ({ id, x, y, width: 100, height: 40, inside: '' });
const line = (from: string, to: string) =>
  ({ id: from + to, from, to, fromY: 0, toY: 0, weight: 1, look: 'plain' }) as const;
const sheet: Sheet = {
  cards: [card('a', 0, 0), card('b', 0, 50), card('c', 200, 0), card('d', 200, 100)],
  chips: [],
  lines: [line('b', 'c'), line('b', 'd')],
  heads: [],
};

test('arrows go along edges to the sides, and within the column up and down', () => {
  expect(nextCard(sheet, 'a', 'ArrowDown')).toBe('b');
  expect(nextCard(sheet, 'b', 'ArrowRight')).toBe('c');
  expect(nextCard(sheet, 'd', 'ArrowLeft')).toBe('b');
  expect(nextCard(sheet, 'd', 'ArrowUp')).toBe('c');
  expect(nextCard(sheet, 'a', 'ArrowLeft')).toBeUndefined();
});

test('an edge leaves and arrives level: its bends lie level with its ends', () => {
  const [dx, dy] = [220, -130];
  const { weights, distances } = bendOf(dx, dy);
  const long = Math.hypot(dx, dy);
  const bends = weights.map((weight, at) => [
    weight * dx + (distances[at]! * -dy) / long,
    weight * dy + (distances[at]! * dx) / long,
  ]);
  expect(bends[0]![0]).toBeCloseTo(dx / 2);
  expect(bends[0]![1]).toBeCloseTo(0);
  expect(bends[1]![0]).toBeCloseTo(dx / 2);
  expect(bends[1]![1]).toBeCloseTo(dy);
});
