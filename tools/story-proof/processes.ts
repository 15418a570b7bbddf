// Which processes belong to an install: told by what /proc says of them, and by who started whom.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { lives, nameOf } from '../process/identity.js';

export interface Named {
  readonly pid: number;
  readonly started: string;
  readonly command: string;
}

/** Processes that name the folder in their command line or environment, or that work in it. Never this process. */
export function processesOf(folder: string): Named[] {
  return pids()
    .filter((pid) => pid !== process.pid && mentions(pid, folder))
    .flatMap(named);
}

/** A process and everything below it. */
export function treeOf(root: number): Named[] {
  const below = new Map<number, number[]>();
  for (const pid of pids()) {
    const parent = parentOf(pid);
    if (parent !== undefined) below.set(parent, [...(below.get(parent) ?? []), pid]);
  }
  const found = [root];
  for (const pid of found) found.push(...(below.get(pid) ?? []));
  return found.flatMap(named);
}

/** Waits until none of those lives, and nothing of the folder does; resolves to what is left after `withinMs`. */
export async function survivors(folder: string, recorded: readonly Named[], withinMs: number): Promise<Named[]> {
  for (const end = performance.now() + withinMs; ; await sleep(100)) {
    const left = [...recorded.filter(lives), ...processesOf(folder)];
    if (left.length === 0 || performance.now() > end) return left;
  }
}

/** False where there is no such /proc: no process would ever be found there, and every test of theirs would pass. */
export const canSeeProcesses = (): boolean => existsSync(`/proc/${process.pid}/cmdline`);

const pids = (): number[] => readdirSync('/proc').map(Number).filter(Boolean);

function mentions(pid: number, folder: string): boolean {
  const looks = [
    () => readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
    () => readFileSync(`/proc/${pid}/environ`, 'utf8'),
    () => readlinkSync(`/proc/${pid}/cwd`),
  ];
  return looks.some((look) => {
    try {
      return look().includes(folder);
    } catch {
      // ended meanwhile, or another user's
      return false;
    }
  });
}

function named(pid: number): Named[] {
  const name = nameOf(pid);
  if (!name) return [];
  return [{ ...name, command: commandOf(pid) }];
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .replaceAll(/[\0\n]+/g, ' ')
      .trim();
  } catch {
    return '';
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
