import { expect, test } from '@jest/globals';
import { Running } from './running.ts';

test('the same work asked for twice while it runs happens once, and again after it ended', async () => {
  const running = new Running<number>(60_000, 60_000);
  let times = 0;
  let end!: () => void;
  const work = () => new Promise<number>((resolve) => (end = () => resolve(++times)));
  const both = [running.join('a', work), running.join('a', work)];
  end();
  expect(await Promise.all(both)).toEqual([1, 1]);
  const again = running.join('a', work);
  end();
  expect(await again).toBe(2);
});

test('the outcome of long work, a failure too, waits for whoever asks again', async () => {
  const running = new Running<number>(0, 60_000);
  let times = 0;
  const work = () => Promise.reject<number>(new Error(`no ${++times}`));
  await expect(running.join('a', work)).rejects.toThrow('no 1');
  await expect(running.join('a', work)).rejects.toThrow('no 1');
  await expect(running.join('b', work)).rejects.toThrow('no 2');
});
