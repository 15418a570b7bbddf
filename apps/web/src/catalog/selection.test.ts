import { expect, test } from '@jest/globals';
import { hitOf, isSelection, unions } from './selection.ts';

test.each(['+orders', 'orders+', '2+orders+3', '@orders', 'tag:daily', 'stg_*', 'tag:daily,orders+', 'a config.x:y'])(
  '%s is a selection',
  (text) => expect(isSelection(text)).toBe(true),
);

test.each(['', 'orders', 'one row per order', 'customer id', 'a, b', 'c++ notes of 3 + 4'.slice(10), 'ends:'])(
  '%j is words to search for',
  (text) => expect(isSelection(text)).toBe(false),
);

test('blanks unite', () => expect(unions('  tag:daily  orders+ ')).toEqual(['tag:daily', 'orders+']));

test('an id tells type, package and name', () => {
  expect(hitOf('test.shop.not_null.abc')).toMatchObject({ type: 'test', package: 'shop', name: 'not_null.abc' });
});
