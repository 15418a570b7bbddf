import { readFileSync } from 'node:fs';

/** What stands between us and the command: a signal would end it, and the command with it, unheard. */
const wrappers = new Set(['bwrap', 'unshare', 'setpriv', 'sh', 'dash', 'bash', 'prlimit']);

/** Sends SIGINT to what runs below a process, past the wrappers: they do not hand it on, whatever namespace they made. */
export function interruptBelow(pid: number | undefined): void {
  if (pid === undefined) return;
  for (const below of [pid, ...descendants(pid)]) {
    if (wrappers.has(read(`/proc/${below}/comm`).trim())) continue;
    try {
      process.kill(below, 'SIGINT');
    } catch {
      // it has ended already
    }
  }
}

function descendants(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
