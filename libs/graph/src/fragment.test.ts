import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fragmentOf, marksIn, termsOf } from './fragment.ts';

test('a question becomes whole words and their parts, without what it excludes', () => {
  expect(termsOf('stg_orders "Daily revenue" -test or (x)')).toEqual([
    'stg_orders',
    'daily',
    'revenue',
    'x',
    'stg',
    'orders',
  ]);
  expect(termsOf('  - " ')).toEqual([]);
});

test('matches at the start of words are marked; where there is none, matches within them', () => {
  expect(marksIn('The order of orders, reordered', ['order'])).toEqual([
    [4, 9],
    [13, 18],
  ]);
  expect(marksIn('reordered', ['order'])).toEqual([[2, 7]]);
  expect(marksIn('stg_orders', ['stg_orders', 'stg', 'orders'])).toEqual([[0, 10]]);
  expect(marksIn('a+b (c)', ['(c)'])).toEqual([[4, 7]]);
});

test('a long text is cut around its first match, told by ellipses, and its marks move along', () => {
  const text = `${'word '.repeat(100)}needle\nand ${'more '.repeat(100)}`;
  const { text: piece, marks } = fragmentOf(text, ['needle'])!;
  expect(piece).toMatch(/^…word .*needle and more .*…$/);
  expect(marks.map(([from, to]) => piece.slice(from, to))).toEqual(['needle']);
  expect(fragmentOf(text, ['absent'])).toBeUndefined();
});

test('of any text the piece is short, well formed, and its marks are matches of a term, in order', () => {
  const texts = fc.string({
    unit: fc.constantFrom('a', 'B', 'é', 'İ', '😀', ' ', '_', '<', '\n', '.'),
    maxLength: 400,
  });
  const terms = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '_', '<', '(', '\\'), maxLength: 3 });
  fc.assert(
    fc.property(texts, fc.array(terms, { maxLength: 3 }), (text, some) => {
      const wanted = some.filter((term) => term !== '');
      const found = fragmentOf(text, wanted, 40);
      if (!found) return expect(marksIn(text.replaceAll('\n', ' '), wanted)).toEqual([]);
      expect(found.text.length).toBeLessThanOrEqual(45);
      expect(found.text.isWellFormed()).toBe(text.isWellFormed());
      expect(found.marks.length).toBeGreaterThan(0);
      let last = 0;
      for (const [from, to] of found.marks) {
        expect(from).toBeGreaterThanOrEqual(last);
        expect(wanted.map((term) => term.toLowerCase())).toContain(found.text.slice(from, to).toLowerCase());
        last = to;
      }
    }),
    { numRuns: 500, seed: 9 },
  );
});
