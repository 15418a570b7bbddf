import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Blobs, Config } from '@headgate/kit';
import { isAlive, nameOf } from './alive.ts';
import { leftBehind, Workspace } from './workspace.ts';

let root: string;
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'headgate-workspace-'))));
afterEach(() => rm(root, { recursive: true }));

const folders = () => ({ project: root, out: root, home: root, data: root });

test('what a run leaves is kept by name, and only when it is whole', async () => {
  await mkdir(join(root, 'target/compiled'), { recursive: true });
  await writeFile(join(root, 'target/manifest.json'), '{"nodes": {}}\n');
  await writeFile(join(root, 'target/run_results.json'), '{"results": [{"stat');
  await writeFile(join(root, 'target/partial_parse.msgpack'), 'x');
  await mkdir(join(root, 'target/sources.json'));
  expect(await leftBehind(folders())).toEqual([{ name: 'manifest.json', bytes: Buffer.from('{"nodes": {}}\n') }]);
});

test('a link that a run leaves in place of an artifact is not followed out of its folder', async () => {
  await writeFile(join(root, 'of-this-machine.json'), '{"secret": true}');
  await mkdir(join(root, 'target'));
  await symlink(join(root, 'of-this-machine.json'), join(root, 'target/manifest.json'));
  expect(await leftBehind(folders())).toEqual([]);
  await rm(join(root, 'target'), { recursive: true });
  await mkdir(join(root, 'elsewhere'));
  await writeFile(join(root, 'elsewhere/manifest.json'), '{}');
  await symlink(join(root, 'elsewhere'), join(root, 'target'));
  expect(await leftBehind(folders())).toEqual([]);
});

test('a run that left nothing left nothing', async () => expect(await leftBehind(folders())).toEqual([]));

test('folders of dead processes and unused revisions are swept, those of living ones stay', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const dead = (await nameOf(child.pid!))!;
  expect(await isAlive(dead)).toBe(true);
  child.kill();
  await once(child, 'exit');
  const mine = (await nameOf(process.pid))!;
  // The same process id at another time is another process.
  for (const owner of [dead, mine, `${process.pid}-1`, 'nobody']) {
    await mkdir(join(root, 'attempts', owner, 'task-1'), { recursive: true });
  }
  const now = new Date();
  for (const [name, days] of [
    ['used', 1],
    ['unused', 30],
  ] as const) {
    await mkdir(join(root, 'revisions/org', name), { recursive: true });
    const then = new Date(now.getTime() - days * 86_400_000);
    await utimes(join(root, 'revisions/org', name), then, then);
  }
  await new Workspace({ runner: { workDir: root } } as Config, undefined as unknown as Blobs).sweep(now);
  expect(await readdir(join(root, 'attempts'))).toEqual([mine]);
  expect(await readdir(join(root, 'revisions/org'))).toEqual(['used']);
});
