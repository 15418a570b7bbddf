// One Postgres for a whole test run, with passwords as in production, thrown away afterwards. Each test makes its own
// database on it; what else a test needs (NATS, a folder) it starts itself.
import { join } from 'node:path';
import { onFreePort } from '../start/ports.js';
import { initPostgres, startPostgres } from '../start/postgres.js';
import { makeSecrets } from '../start/secrets.js';
import { stage } from '../start/stage.js';

// Nothing of a test outlives its run, so nothing need reach the disk.
const unsafeButFast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * @param {string} scratch folder that is removed after the run
 * @param {import('node:child_process').ChildProcess[]} children gets what was started
 * @returns {Promise<Record<string, string>>} what the tests find in their environment: HEADGATE_TEST_POSTGRES, the owner's URL
 */
export function throwAwayPostgres(scratch, children) {
  const { owner } = makeSecrets().postgres;
  const dataDir = join(scratch, 'postgres');
  return stage('postgres', async (progress) => {
    await initPostgres({ dataDir, owner });
    const port = await onFreePort(27_432, async (free) => {
      const log = join(scratch, 'postgres.log');
      children.push(await startPostgres({ dataDir, owner, port: free, log, extra: unsafeButFast }));
      return free;
    });
    progress(`throw-away, port ${port}`);
    return { HEADGATE_TEST_POSTGRES: `postgres://${owner.user}:${owner.password}@127.0.0.1:${port}/postgres` };
  });
}
