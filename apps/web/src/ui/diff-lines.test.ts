import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { diffLines } from './diff-lines.ts';

test('a changed line is one line gone and one line come', () => {
  expect(diffLines('a\nb\nc', 'a\nB\nc').map(({ sign, text }) => sign + text)).toEqual([' a', '-b', '+B', ' c']);
});

test('lines far from a change are left out', () => {
  const text = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n');
  expect(diffLines(text, text.replace('line 20', 'other')).length).toBe(8);
});

test('equal texts have no difference', () => {
  expect(diffLines('a\nb', 'a\nb')).toEqual([]);
});

test('what stays and what goes is the text before; what stays and what comes is the text after', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 12 })
    .map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after, 100);
      if (lines.length === 0) return before === after;
      const side = (gone: string) =>
        lines
          .filter(({ sign }) => sign !== gone)
          .map(({ text: line }) => line)
          .join('\n');
      return side('+') === before && side('-') === after;
    }),
  );
});
