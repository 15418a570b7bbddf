// Rounds of kill -9 at random moments of the story, one after another in the same state folder.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { type Named, survivors, treeOf } from './processes.ts';
import { launcherOf, npmStart } from './start.ts';

export type Victim = 'npm' | 'launcher';

export interface Round {
  readonly victim: Victim;
  /** The line after which it happened, the delay, and what was alive then: what one needs to see it again. */
  readonly moment: string;
  readonly alive: number;
  readonly left: Named[];
  readonly lines: string[];
}

/** Outcomes of the stages that a kill may come after; before the first of them there is no lock and nothing to recover. */
const marks = [
  /^ {2}python /,
  /^ {2}postgres /,
  /^ {2}nats /,
  /^ {2}services /,
  /^ {2}story +ingested (?!.* after: )/,
  /^ {2}story +landed /,
  /^ {2}story +planned run=[1-9]/,
  /^ {2}story +ran ok built=20 /,
  /^ {2}story +planned run=0 /,
  /^ {2}story +ingested .* after: lifetime/,
  /^ {2}story +planned run=3 /,
  /^ {2}story +ran ok built=1 /,
];
const longestDelayMs = 5000;

/**
 * Starts the story, kills one process of it at a random moment, and sees what still lives ten seconds later. A story
 * that was faster than its moment is told again.
 */
export async function killedStory(state: string, victim: Victim, random: Random): Promise<Round> {
  const mark = random.pick(marks);
  const delay = random.int(longestDelayMs);
  const started = npmStart(state, ['--once']);
  const after = await started.line(mark);
  // No event marks a random moment.
  const isOver = await Promise.race([sleep(delay, false), started.end.then(() => true)]);
  // What has been told to the end is only cleaning up, if it still lives.
  if (isOver || started.lines.some((line) => line.includes('audit verified'))) {
    await started.end;
    return killedStory(state, victim, random);
  }
  const tree = treeOf(started.npm.pid!);
  const moment = `kill -9 of ${victim}, ${delay} ms after "${after.trim()}"`;
  process.kill(victim === 'npm' ? started.npm.pid! : launcherOf(state), 'SIGKILL');
  const left = await survivors(state, tree, 10_000);
  return { victim, moment, alive: tree.length, left, lines: started.lines };
}
