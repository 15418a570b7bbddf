import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endEarlier } from './earlier.ts';

let root: string;
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'headgate-earlier-'))));
afterEach(() => rm(root, { recursive: true }));

const running = async (name: string) => {
  await mkdir(join(root, 'w1', name), { recursive: true });
  const child = spawn('sh', ['-c', 'sleep 60', join(root, 'w1', name, 'project')]);
  await once(child, 'spawn');
  return child;
};

test('what an earlier attempt of the task still does is ended; other tasks and later attempts are left alone', async () => {
  const [earlier, later, other] = await Promise.all(['t-1', 't-3', 'u-1'].map(running));
  const gone = once(earlier!, 'exit');
  await endEarlier(root, 't', 2);
  expect(await gone).toEqual([null, 'SIGKILL']);
  expect(await readdir(join(root, 'w1'))).toEqual(['t-3', 'u-1']);
  expect([later, other].map((child) => child!.exitCode ?? child!.signalCode)).toEqual([null, null]);
  later!.kill();
  other!.kill();
}, 30_000);

test('one that tidies up by itself is left to it', async () => {
  const child = await running('t-1');
  const ending = endEarlier(root, 't', 2);
  await rm(join(root, 'w1/t-1'), { recursive: true });
  await ending;
  expect(child.signalCode).toBeNull();
  child.kill();
}, 30_000);

test('a first attempt has nobody to wait for', () => endEarlier(join(root, 'nowhere'), 't', 1));
