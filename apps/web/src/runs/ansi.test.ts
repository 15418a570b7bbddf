import { expect, test } from '@jest/globals';
import { plain, stretchesOf } from './ansi.ts';

test('colours and weight are kept, other codes are dropped', () => {
  expect(stretchesOf('a\u001b[1;31mb\u001b[0mc\u001b[2Kd')).toEqual([
    { text: 'a', colour: '', bold: false },
    { text: 'b', colour: 'red', bold: true },
    { text: 'c', colour: '', bold: false },
    { text: 'd', colour: '', bold: false },
  ]);
});

test('the plain text is what a reader reads', () => {
  expect(plain('\u001b[32mOK\u001b[39m done')).toBe('OK done');
});
