import { constants } from 'node:fs';
import { lstat, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@headgate/kit';

const pollMs = 200;
const patienceMs = 600_000;
/** What changed less than this long ago may be changing still, unseen by a clock of the file system. */
const restMs = 100n;

/**
 * Copies a DuckDB file of another environment, which a run there may be writing: taken is a moment in which it was at
 * rest, file and log together, as if the machine had stopped then. DuckDB lets nobody else open what it writes, and
 * nobody write what others have open, so the file itself is never opened by a database.
 * @param database its name in SQL: that of the file, without what follows the first dot
 * @returns the name of the file
 * @throws Failure `precondition.missing` when there is no such file, `unavailable` when it was never at rest
 */
export async function copyDatabase(from: string, database: string, to: string, stop: AbortSignal): Promise<string> {
  const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  const name = names.find(
    (each) => each.split('.')[0] === database && !each.endsWith('.wal') && !each.endsWith('.tmp'),
  );
  if (name === undefined)
    throw new Failure('precondition.missing', {
      detail: `there is no DuckDB file of the database ${database} among the data of the other environment`,
    });
  const files = [name, `${name}.wal`];
  for (const until = performance.now() + patienceMs; ; await sleep(pollMs, undefined, { signal: stop })) {
    if (performance.now() > until)
      throw new Failure('unavailable', { detail: `${name} of the other environment was being written all the time` });
    const before = await seen(from, files);
    if (!isAtRest(before)) continue;
    for (const file of files) await copy(join(from, file), join(to, file));
    if ((await seen(from, files)) === before) return name;
  }
}

/** What of the files changes whenever they do. */
async function seen(folder: string, files: readonly string[]): Promise<string> {
  const stats = await Promise.all(files.map((file) => lstat(join(folder, file), { bigint: true }).catch(missing)));
  return stats.map((one) => (one ? [one.ino, one.size, one.mtimeNs, one.ctimeNs].join(' ') : 'none')).join('\n');
}

function isAtRest(state: string): boolean {
  const newest = state.split('\n').map((line) => BigInt(line.split(' ')[2] ?? 0) / 1_000_000n);
  return newest.every((changed) => BigInt(Date.now()) - changed >= restMs);
}

/** What runs there writes into the same folder: a link must not lead us to another file of this machine. */
async function copy(from: string, to: string): Promise<void> {
  const file = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(missing);
  if (!file) return rm(to, { force: true });
  const isFile = (await file.stat()).isFile();
  const target = await open(to, 'w', 0o600);
  if (isFile) await pipeline(file.createReadStream(), target.createWriteStream());
  await Promise.all([file.close(), target.close()].map((closed) => closed.catch(() => undefined)));
}

const missing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};
