// A folder for one test run, below .headgate, so that a run leaves nothing elsewhere; its leavings are swept by the next.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from '../process/identity.js';
import { installs } from '../start/paths.js';

/** @returns {string} */
export function makeScratch() {
  const parent = join(installs.root, 'tmp');
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    const pid = Number(/^test-(\d+)-/.exec(name)?.[1]);
    if (pid && !nameOf(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const scratch = mkdtempSync(join(parent, `test-${process.pid}-`));
  mkdirSync(join(scratch, 'tmp'));
  // Some tests drop to an ordinary user, who has to get through.
  for (const folder of [parent, scratch, join(scratch, 'tmp')]) chmodSync(folder, 0o711);
  return scratch;
}
