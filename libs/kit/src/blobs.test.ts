import { afterAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Blobs } from './blobs.ts';
import type { Config } from './config.ts';

const dir = mkdtempSync(join(tmpdir(), 'headgate-blobs-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const blobs = new Blobs({ blobs: { dir, key: randomBytes(32) } } as unknown as Config);
const [org, other] = ['a', 'b'];
const day = 86_400_000;

async function grownOld(digest: string): Promise<void> {
  const hex = digest.slice('sha256:'.length);
  const then = new Date(Date.now() - 2 * day);
  await utimes(join(dir, org, hex.slice(0, 2), hex), then, then);
}

test('bytes that were put lately are not removed, older ones are, and only in their organization', async () => {
  const bytes = randomBytes(3_000_000);
  const digest = await blobs.put(org, bytes);
  await blobs.put(other, bytes);
  expect(await blobs.remove(org, digest, day)).toBe(false);
  expect((await blobs.get(org, digest)).equals(bytes)).toBe(true);
  await grownOld(digest);
  expect(await blobs.remove(org, digest, day)).toBe(true);
  expect([await blobs.has(org, digest), await blobs.has(other, digest)]).toEqual([false, true]);
  expect(await blobs.remove(org, digest, day)).toBe(true);
});

test('old bytes that are put again count as put just now', async () => {
  const digest = await blobs.put(org, randomBytes(10));
  await grownOld(digest);
  await blobs.put(org, await blobs.get(org, digest));
  expect(await blobs.remove(org, digest, day)).toBe(false);
});
