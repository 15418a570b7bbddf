// The database of an install that is not running, opened as its owner, who is above every policy.
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { stop } from '../process/bound-child.js';
import { pathsIn } from '../start/paths.js';
import { onFreePort } from '../start/ports.js';
import { startPostgres } from '../start/postgres.js';

/** Starts Postgres on the state folder, and stops it again, cleanly, when `work` is done. */
export async function withDatabase<T>(state: string, work: (database: pg.Client) => Promise<T>): Promise<T> {
  const paths = pathsIn(state);
  const { postgres } = JSON.parse(readFileSync(paths.secretsFile, 'utf8')) as {
    postgres: { owner: { user: string; password: string } };
  };
  const log = join(paths.logs, 'postgres.log');
  return onFreePort(27_600, async (port: number) => {
    const server = await startPostgres({ dataDir: paths.postgres, owner: postgres.owner, port, log });
    const client = new pg.Client({ host: '127.0.0.1', port, database: 'state', ...postgres.owner });
    try {
      await client.connect();
      return await work(client);
    } finally {
      await client.end();
      await stop(server, { signals: ['SIGINT', 'SIGQUIT'], graceMs: 10_000 });
    }
  });
}
