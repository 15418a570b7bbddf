// One story that nobody disturbs, told once a test run, whichever suite asks first; the others wait for it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acquire } from '../start/lock.js';
import { canSeeProcesses, type Named, survivors } from './processes.ts';
import { npmStart, type Report, reportOf, scratchFolder } from './start.ts';

export interface Told {
  readonly state: string;
  readonly code: number | string;
  readonly lines: string[];
  readonly report: Report | undefined;
  /** What still lived once npm had ended. */
  readonly left: Named[];
}

export async function undisturbedStory(): Promise<Told> {
  if (!canSeeProcesses()) throw new Error('these tests read /proc');
  const folder = join(scratchFolder(), 'undisturbed');
  mkdirSync(folder, { recursive: true });
  const lock = await acquire(join(folder, 'lock.json'), { wait: true });
  try {
    const kept = join(folder, 'told.json');
    if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as Told;
    const state = join(folder, 'state');
    const started = npmStart(state, ['--once']);
    const code = await started.end;
    const told = {
      state,
      code,
      lines: started.lines,
      report: reportOf(state),
      left: await survivors(state, [], 10_000),
    };
    writeFileSync(kept, JSON.stringify(told));
    return told;
  } finally {
    lock.release();
  }
}
