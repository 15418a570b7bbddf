import { expect, test } from '@jest/globals';
import { endToEnd } from './hops.ts';

test('what belongs to one connection stays behind, whoever names it', () => {
  const headers = {
    connection: 'keep-alive, X-Secret',
    'keep-alive': 'timeout=5',
    'transfer-encoding': 'chunked',
    te: 'trailers',
    upgrade: 'h2c',
    'x-secret': 'of this hop',
    'set-cookie': ['a=1', 'b=2'],
    accept: 'text/html',
  };
  expect(endToEnd(headers)).toEqual({ 'set-cookie': ['a=1', 'b=2'], accept: 'text/html' });
});
