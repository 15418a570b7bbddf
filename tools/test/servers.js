// One Postgres and one NATS for a whole test run, with passwords as in production, thrown away afterwards.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startNats } from '../start/nats.js';
import { onFreePort } from '../start/ports.js';
import { initPostgres, startPostgres } from '../start/postgres.js';
import { makeSecrets, writePrivate } from '../start/secrets.js';
import { stage } from '../start/stage.js';

// Nothing of a test outlives its run, so nothing need reach the disk.
const unsafeButFast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * @param {string} scratch folder that is removed after the run
 * @param {import('node:child_process').ChildProcess[]} children gets what was started
 * @returns {Promise<Record<string, string>>} what the tests find in their environment: HEADGATE_TEST_POSTGRES, a URL of the
 *   owner without a database name; HEADGATE_TEST_NATS, a URL of the administrator; HEADGATE_TEST_CONFIG, a file with every
 *   login of both in the shape of the host's config
 */
export async function throwAwayServers(scratch, children) {
  const secrets = makeSecrets();
  const { owner } = secrets.postgres;
  return stage('servers', async (progress) => {
    const dataDir = join(scratch, 'postgres');
    await initPostgres({ dataDir, owner });
    const postgres = await onFreePort(27_432, async (port) => {
      children.push(
        await startPostgres({ dataDir, owner, port, log: join(scratch, 'postgres.log'), extra: unsafeButFast }),
      );
      return port;
    });
    const nats = await onFreePort(27_422, async (port) => {
      const files = {
        storeDir: join(scratch, 'nats'),
        configFile: join(scratch, 'nats.json'),
        log: join(scratch, 'nats.log'),
      };
      children.push(await startNats({ port, nats: secrets.nats, ...files }));
      return port;
    });
    progress(`PostgreSQL on port ${postgres}, NATS on port ${nats}`);
    const config = join(scratch, 'config.json');
    mkdirSync(join(scratch, 'blobs'), { recursive: true });
    writePrivate(config, {
      profile: 'embedded',
      stateDir: scratch,
      http: { host: '127.0.0.1', port: 0 },
      health: { port: 0 },
      ...secrets,
      postgres: { host: '127.0.0.1', port: postgres, database: 'state', ...secrets.postgres },
      nats: { url: `nats://127.0.0.1:${nats}`, ...secrets.nats },
      blobs: { dir: join(scratch, 'blobs'), ...secrets.blobs },
      runner: { python: '', sandbox: 'auto', workDir: join(scratch, 'runs') },
    });
    return {
      HEADGATE_TEST_POSTGRES: `postgres://${owner.user}:${owner.password}@127.0.0.1:${postgres}`,
      HEADGATE_TEST_NATS: `nats://${secrets.nats.admin.user}:${secrets.nats.admin.password}@127.0.0.1:${nats}`,
      HEADGATE_TEST_CONFIG: config,
    };
  });
}
