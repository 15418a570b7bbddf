import { afterAll, expect, it, jest } from '@jest/globals';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runsOf } from './attempts.ts';
import { treeOf } from './processes.ts';
import { recovers } from './recovery.ts';
import { newState, npmStart, patienceMs, reportOf } from './start.ts';

jest.setTimeout(2 * patienceMs);
const state = newState('recover');
afterAll(() => rmSync(state, { recursive: true, force: true }));

it('a run whose dbt is killed is told as failed, and so is its story', async () => {
  const started = npmStart(state, ['--once']);
  await started.line(/^ {2}story +planned run=40 /);
  await Promise.race([killDbt(started.npm.pid!), started.end.then(() => neverBuilt(started.lines))]);
  expect(await started.end).toBe(1);
  expect(started.lines.join('\n')).toMatch(/^the story ended: the plan failed: ./m);
  expect(started.lines.join('\n')).not.toMatch(/ran ok/);
  expect(reportOf(state)).toBeUndefined();
  const runs = await runsOf(state);
  expect(runs.at(-1)).toMatchObject({ kind: 'plan', status: 'failed', attempts: ['failed'], told: 1 });
});

it('after a kill -9 of npm, and one of the launcher, the next start recovers', () =>
  recovers(state, ['npm', 'launcher']));

function neverBuilt(lines: readonly string[]): never {
  throw new Error(`it ended before its dbt was seen; it said:\n${lines.join('\n')}`);
}

/** The process that builds, which is the innermost one of its sandbox, as soon as there is one. */
async function killDbt(root: number): Promise<void> {
  while (treeOf(root).length > 0) {
    const inBox = treeOf(root).filter(({ command }) => /python.*\bbuild\b/.test(command));
    const dbt = inBox.at(-1);
    if (dbt) return void process.kill(dbt.pid, 'SIGKILL');
    await sleep(50);
  }
}
