import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fitting } from './fitting.ts';

test('a page is a start of the rows, holds one at least, and fits into a message', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300_000), { maxLength: 30 }), (lengths) => {
      const rows = lengths.map((length) => 'x'.repeat(length));
      const page = fitting(rows, (row) => row);
      expect(page).toEqual(rows.slice(0, page.length));
      expect(page.length > 0 || rows.length === 0).toBe(true);
      const bytes = page.reduce((sum, row) => sum + row.length, 0);
      expect(bytes <= 400_000 || page.length === 1).toBe(true);
    }),
    { numRuns: 50 },
  );
});
