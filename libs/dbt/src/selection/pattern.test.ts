import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { shellPattern } from './pattern.ts';

const TEXTS = [
  'abe',
  'ace',
  'aee',
  'axe',
  ']x',
  'x]',
  '[x',
  '^b',
  'ab',
  'cb',
  '-x',
  'ax',
  'bx',
  'z',
  'a',
  '[a',
  'a[]',
  'a5',
  '5',
  'é',
  'aXbYc',
  'abc',
  'aabbcc',
  '&',
  '!x',
  'a.b',
  'b1',
  'y1',
  'q1',
  '0x',
  '.x',
  '\\x',
  '',
  '[!]',
  'axb',
];

// every pattern with those of the texts above that CPython 3.11's fnmatch.fnmatchcase matches with it
const RECORDED: readonly (readonly [string, readonly string[]])[] = [
  ['a[b-d]e', ['abe', 'ace']],
  ['a[!b-d]e', ['aee', 'axe']],
  ['[]]x', [']x']],
  ['[!]]x', ['[x', '-x', 'ax', 'bx', '!x', '0x', '.x', '\\x']],
  ['[^a]b', ['^b', 'ab']],
  ['[a-]x', ['-x', 'ax']],
  ['[-a]x', ['-x', 'ax']],
  ['[!-a]x', [']x', '[x', 'bx', '!x', '0x', '.x', '\\x']],
  ['[z-a]', []],
  ['[a-c-e]x', ['-x', 'ax', 'bx']],
  ['[--0]x', ['-x', '0x', '.x']],
  ['[a\\]x', ['ax', '\\x']],
  ['[[]x', ['[x']],
  ['[a', ['[a']],
  ['a[]', ['a[]']],
  ['*[0-9]', ['a5', '5', 'b1', 'y1', 'q1']],
  ['?', ['z', 'a', '5', 'é', '&']],
  ['??', [']x', 'x]', '[x', '^b', 'ab', 'cb', '-x', 'ax', 'bx', '[a', 'a5', '!x', 'b1', 'y1', 'q1', '0x', '.x', '\\x']],
  ['**a', ['a', '[a']],
  ['a*b*c', ['aXbYc', 'abc', 'aabbcc']],
  ['[a&&b]', ['a', '&']],
  ['[é-ü]', ['é']],
  ['[!]', ['[!]']],
  ['[!!]x', [']x', '[x', '-x', 'ax', 'bx', '0x', '.x', '\\x']],
  ['*.*', ['a.b', '.x']],
  ['[a-cx-z]1', ['b1', 'y1']],
  ['[!a-cx-z]1', ['q1']],
  ['a?[b]*', ['aXbYc', 'aabbcc', 'a.b', 'axb']],
  ['', ['']],
];

describe('shell patterns', () => {
  test.each(RECORDED)("%j matches what Python's fnmatch matches", (pattern, matched) => {
    expect(TEXTS.filter(shellPattern(pattern))).toEqual(matched);
  });

  test('a text without pattern characters matches itself alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const plain = text.replaceAll(/[*?[]/g, '');
        expect(shellPattern(plain)(plain)).toBe(true);
        if (plain !== other) expect(shellPattern(plain)(other)).toBe(false);
      }),
    );
  });

  test('a bracketed pattern character is itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '*', '?', '[', ']', '!') }), (text) => {
        expect(shellPattern(text.replaceAll(/[*?[]/g, '[$&]'))(text)).toBe(true);
      }),
    );
  });

  test('stars agree with a pattern taken apart by hand', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '?'), maxLength: 3 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), text, (pieces, whole) => {
        const expected = new RegExp(`^${pieces.map((p) => p.replaceAll('?', '.')).join('.*')}$`, 's').test(whole);
        expect(shellPattern(pieces.join('*'))(whole)).toBe(expected);
      }),
    );
  });

  test('many stars over a long text end at once', () => {
    expect(shellPattern(`${'a*'.repeat(40)}b`)('a'.repeat(20_000))).toBe(false);
  });

  test('characters beyond the basic plane count as one', () => {
    expect(shellPattern('a?b')('a😀b')).toBe(true);
    expect(shellPattern('a[😀-😂]b')('a😁b')).toBe(true);
  });
});
