import { expect, test } from '@jest/globals';
import { randomOperations } from './operations.ts';

test('after 1,000 random operations and crashes the index shows of every snapshot what its graph says', async () => {
  const done = await randomOperations(1000, 7);
  expect(done.delivered).toBeGreaterThan(500);
  expect(done.crashed).toBeGreaterThan(100);
  expect(done.removed).toBeGreaterThan(50);
  expect(done.held).toBeGreaterThan(10);
}, 600_000);
