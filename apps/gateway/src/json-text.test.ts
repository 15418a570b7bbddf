import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { breakOf } from './json-text.ts';

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test.each([
  ['{"project": ', 12, 'ends too early'],
  ['{"a" 1}', 5, '"1" is not expected'],
  ['[1, 2,]', 6, '"]" is not expected'],
  ["{'a': 1}", 1, 'is not expected'],
  ['01', 1, '"1" is not expected'],
  ['xyz', 0, '"x" is not expected'],
  ['', 0, 'ends too early'],
  ['"a\nb"', 2, 'is not expected'],
  ['{"a": 1}}', 8, '"}" is not expected'],
])('%j breaks at %i', (text, offset, reason) => {
  expect(breakOf(text)).toMatchObject({ offset, reason: expect.stringContaining(reason) });
});

test('line and column count from one', () => {
  expect(breakOf('{\n  "a": 1,\n  b: 2\n}')).toMatchObject({ line: 3, column: 3 });
});

test('text breaks exactly when the engine cannot parse it', () => {
  const edited = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '{', ']', '\\', '0', 'e', '-', ' ', '\u0001', 'tru'))
    .map(
      ([text, at, piece]) => text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + 1),
    );
  fc.assert(
    fc.property(fc.oneof(fc.json(), edited, fc.string()), (text) => {
      expect(breakOf(text) === undefined).toBe(parses(text));
    }),
    { numRuns: 3000 },
  );
});

test('a text cut short breaks at its end, or where the word or escape begins that was cut', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (text, cut) => {
      const short = text.slice(0, cut % text.length);
      const found = breakOf(short);
      if (found) expect(found.offset).toBeGreaterThanOrEqual(short.length - '\\u0000'.length);
    }),
  );
});

test('a million open brackets are one break, not a crash', () => {
  expect(breakOf('['.repeat(1_000_000))?.offset).toBe(1_000_000);
});
