import { expect, test } from '@jest/globals';
import { piecesOf } from './sql.ts';

test('keywords, strings, numbers and comments are told apart, and nothing is lost', () => {
  const sql = "select a, 12 -- why\nfrom {{ ref('x') }} where selected = 1.5";
  const pieces = piecesOf(sql);
  expect(pieces.map(([, text]) => text).join('')).toBe(sql);
  expect(pieces.filter(([kind]) => kind !== '')).toEqual([
    ['k', 'select'],
    ['n', '12'],
    ['c', '-- why'],
    ['k', 'from'],
    ['s', "'x'"],
    ['k', 'where'],
    ['n', '1.5'],
  ]);
});
