import { expect, test } from '@jest/globals';
import { Recent } from './recent.ts';

test('an answer is asked for once while it is fresh, also by many at once', async () => {
  let asked = 0;
  const recent = new Recent<number>(10);
  const ask = () => Promise.resolve(++asked);
  expect(await Promise.all([recent.get('a', ask), recent.get('a', ask), recent.get('b', ask)])).toEqual([1, 1, 2]);
});

test('an answer that is old is asked for again', async () => {
  let asked = 0;
  const recent = new Recent<number>(10, 0);
  await recent.get('a', () => Promise.resolve(++asked));
  expect(await recent.get('a', () => Promise.resolve(++asked))).toBe(2);
});

test('a failure is not kept', async () => {
  const recent = new Recent<string>(10);
  await expect(recent.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await recent.get('a', () => Promise.resolve('yes'))).toBe('yes');
});

test('the least recently used goes first', async () => {
  const recent = new Recent<string>(2);
  const put = (key: string) => recent.get(key, () => Promise.resolve(key));
  await put('a');
  await put('b');
  await put('a');
  await put('c');
  expect(await recent.get('a', () => Promise.resolve('asked again'))).toBe('a');
  expect(await recent.get('b', () => Promise.resolve('asked again'))).toBe('asked again');
});
