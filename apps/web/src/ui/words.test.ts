import { expect, test } from '@jest/globals';
import { ago, bytes, duration, nameOf, several, kindOf } from './words.ts';

test('durations are written in the two largest units', () => {
  expect([840, 12_340, 245_000, 3_720_000].map(duration)).toEqual(['840 ms', '12.3 s', '4 m 05 s', '1 h 02 m']);
});

test('an age is relative for a day, then a date', () => {
  const now = Date.parse('2026-01-02T12:00:00Z');
  expect(ago('2026-01-02T11:58:00Z', now)).toBe('2 min ago');
  expect(ago('2026-01-02T06:00:00Z', now)).toBe('6 h ago');
  expect(ago('2025-12-30T06:00:00Z', now)).toBe('30 Dec 2025');
});

test('an id is named by what a person calls it', () => {
  expect(nameOf('model.shop.stg_orders')).toBe('stg_orders');
  expect(nameOf('source.shop.raw.orders')).toBe('raw.orders');
  expect(nameOf('test.shop.unique_orders_id.3f1c')).toBe('unique_orders_id');
});

test('one thing is not written as several', () => {
  expect(several(1, 'node')).toBe('1 node');
  expect(several(1200, 'node')).toBe('1,200 nodes');
  expect(bytes(2048)).toBe('2.0 kB');
});

test('kinds of nodes are counted in words that exist', () => {
  const words = ['test', 'analysis', 'saved_query', 'semantic_model'].map((type) => [kindOf(1, type), kindOf(2, type)]);
  expect(words).toEqual([
    ['test', 'tests'],
    ['analysis', 'analyses'],
    ['saved query', 'saved queries'],
    ['semantic model', 'semantic models'],
  ]);
});
