import { expect, test } from '@jest/globals';
import { Failure } from '@headgate/kit';
import { untilAnswered } from './patience.ts';

const absent = new Failure('unavailable', { detail: 'nobody there' });

test('it asks again while nobody is there, and takes the first answer', async () => {
  let asked = 0;
  const ask = async () => {
    if (++asked < 3) throw absent;
    return asked;
  };
  expect(await untilAnswered(ask, new AbortController().signal)).toBe(3);
});

test('an answer that is a refusal is one; no other is waited for', async () => {
  const refusal = new Failure('not-found', { detail: 'no such thing' });
  let asked = 0;
  const ask = () => ((asked += 1), Promise.reject(refusal));
  await expect(untilAnswered(ask, new AbortController().signal)).rejects.toBe(refusal);
  expect(asked).toBe(1);
});

test('it stops asking when it is told to, also while it waits', async () => {
  const stop = new AbortController();
  const asking = untilAnswered(() => Promise.reject(absent), stop.signal);
  setImmediate(() => stop.abort());
  await expect(asking).rejects.toBe(absent);
});
