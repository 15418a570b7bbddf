// What processes cost, as the kernel counts it.
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** @param {number} pid @returns {{ parent: number, own: number, reaped: number } | undefined} CPU seconds, own and of ended children */
export function cpuOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const seconds = (from) => (fields[from] + fields[from + 1]) / ticksPerSecond;
    return { parent: fields[1], own: seconds(11), reaped: seconds(13) };
  } catch {
    return undefined;
  }
}

/** A process and all that descend from it. */
export function tree(root) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const children = new Map();
  for (const pid of all) {
    const parent = cpuOf(pid)?.parent;
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** Proportional set size of processes, in MB: memory they share is counted once among them. */
export function pssOf(pids) {
  let kilobytes = 0;
  for (const pid of pids) {
    try {
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // ended meanwhile
    }
  }
  return kilobytes / 1024;
}
