import { readFile } from 'node:fs/promises';

/** A name for a process that no later one can have, although process ids come again. */
export async function nameOf(pid: number): Promise<string | undefined> {
  // The 22nd field of stat is the start, in ticks since boot; the second, a file name, may hold anything.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const start = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return start && `${pid}-${start}`;
}

/** Whether the process of this name still runs. */
export async function isAlive(name: string): Promise<boolean> {
  const pid = Number.parseInt(name, 10);
  return Number.isSafeInteger(pid) && (await nameOf(pid)) === name;
}
