import { expect, test } from '@jest/globals';
import { randomOperations } from './operations.ts';

test('after random deliveries, crashes and removals the index shows of every snapshot what its graph says', async () => {
  const done = await randomOperations(60, 1);
  expect(done).toEqual(expect.objectContaining({ checked: 3 }));
  for (const kind of ['delivered', 'crashed', 'aged', 'removed'] as const) expect(done[kind]).toBeGreaterThan(0);
}, 180_000);
