// What must hold of a state folder whose starts were killed, one after another, and then left alone.
import { expect } from '@jest/globals';
import { Random } from '../random.ts';
import { runsOf } from './attempts.ts';
import { survivors } from './processes.ts';
import { killedStory, type Victim } from './rounds.ts';
import { npmStart, reportOf } from './start.ts';
import { undisturbedStory } from './undisturbed.ts';

/** Kills one start after another, lets the last one be, and compares its story with an undisturbed one. */
export async function recovers(state: string, victims: readonly Victim[]): Promise<void> {
  const seed = Number(process.env['HEADGATE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
  const random = new Random(seed);
  const moments = [`HEADGATE_SEED=${seed}`];
  try {
    for (const victim of victims) {
      const round = await killedStory(state, victim, random);
      moments.push(round.moment);
      expect(round.left).toEqual([]);
      expect(round.alive).toBeGreaterThan(1);
      expect(round.lines.join('\n')).not.toMatch(/audit verified/);
    }
    await endsAsUndisturbed(state);
  } finally {
    process.stderr.write(`${moments.join('\n  ')}\n`);
  }
}

async function endsAsUndisturbed(state: string): Promise<void> {
  const last = npmStart(state, ['--once']);
  const code = await last.end;
  // The lines first: they say what happened, the code only that something did.
  expect(last.lines).toContainEqual(expect.stringMatching(/^ {2}story +audit verified leaves=/));
  expect(code).toBe(0);
  expect(await survivors(state, [], 10_000)).toEqual([]);
  expect(reportOf(state)?.relations).toEqual((await undisturbedStory()).report?.relations);
  for (const run of await runsOf(state)) {
    // A killed attempt expired, one that was stopped in order was released; no run was told to have ended twice, or
    // well before an attempt did.
    expect({ ...run, told: Math.max(run.told, 1) }).toEqual({ ...run, told: 1 });
    expect(run.attempts.filter((outcome) => outcome === 'succeeded').length).toBeLessThanOrEqual(1);
    if (run.status === 'succeeded') expect(run.attempts.at(-1)).toBe('succeeded');
    for (const earlier of run.attempts.slice(0, -1)) expect(['expired', 'released']).toContain(earlier);
  }
}
