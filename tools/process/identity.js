// A process id alone is no name: ids are used again. Id, start time and boot together are.
import { readFileSync } from 'node:fs';

/** @typedef {{ pid: number, started: string }} ProcessName `started` is `<boot id>:<clock ticks since boot>` */

/** @param {number} pid @returns {ProcessName | undefined} undefined when no such process lives (a zombie does not) */
export function nameOf(pid) {
  try {
    // The command, in brackets, may itself hold spaces and brackets: read from the last bracket on.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { pid, started: `${bootId()}:${fields[19]}` };
  } catch {
    return undefined;
  }
}

/** @param {ProcessName} name */
export const lives = (name) => nameOf(name.pid)?.started === name.started;

let boot;
const bootId = () => (boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
