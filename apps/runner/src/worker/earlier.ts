import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A worker that lives hears with its next heartbeat that its lease is lost, and tidies up. */
const patienceMs = 6000;
const pollMs = 200;

/**
 * Ends what an earlier attempt of the same task still does on this machine. Its lease is lost, so it can commit nothing;
 * but as long as its dbt runs it holds the file of the warehouse, and the new attempt would fail on that. A worker that
 * lives ends it by itself; one that is frozen does not.
 * @param attempts the folder that holds one folder a worker, each of which holds one a `<task>-<attempt>`
 */
export async function endEarlier(attempts: string, task: string, attempt: number): Promise<void> {
  for (const worker of await readdir(attempts).catch(() => [])) {
    for (const name of await readdir(join(attempts, worker)).catch(() => [])) {
      const number = name.startsWith(`${task}-`) ? Number(name.slice(task.length + 1)) : Number.NaN;
      if (number < attempt) await end(join(attempts, worker, name));
    }
  }
}

async function end(folder: string): Promise<void> {
  for (let waited = 0; waited < patienceMs; waited += pollMs) {
    if (!(await stat(folder).catch(() => undefined))) return;
    await sleep(pollMs);
  }
  // The folder's name holds the task's id, so nobody else's process can be meant.
  for (const pid of await processesNaming(folder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended already
    }
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

/** The wrappers of a sandbox, which end with all that is inside, have the folder in their arguments; unconfined, dbt has it in its variables. */
async function processesNaming(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    if (pid === process.pid) continue;
    const said = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    );
    if (said.some((text) => text.includes(`${folder}/`))) found.push(pid);
  }
  return found;
}
