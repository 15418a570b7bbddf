import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { copyDatabase } from './database-copy.ts';

let folder: string;
let [from, to] = ['', ''];
const never = new AbortController().signal;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copy-'));
  [from, to] = [join(folder, 'from'), join(folder, 'to')];
  for (const each of [from, to]) await mkdir(each);
});
afterEach(() => rm(folder, { recursive: true }));

test('what is being written is copied once it is at rest, file and log of one moment', async () => {
  const [file, log] = [join(from, 'shop.duckdb'), join(from, 'shop.duckdb.wal')];
  const version = (n: number) => `${n} `.repeat(100_000);
  await writeFile(file, version(0));
  let written = 0;
  const writing = (async () => {
    for (let n = 1; n <= 20; n++) {
      await writeFile(file, version(n));
      await writeFile(log, version(n));
      written = n;
    }
  })();
  expect(await copyDatabase(from, 'shop', to, never)).toBe('shop.duckdb');
  const copied = await readFile(join(to, 'shop.duckdb'), 'utf8');
  expect(await readFile(join(to, 'shop.duckdb.wal'), 'utf8')).toBe(copied);
  expect(copied).toBe(version(written));
  await writing;
});

test('a log that is gone is gone in the copy', async () => {
  await writeFile(join(from, 'shop.duckdb'), 'rows');
  await writeFile(join(to, 'shop.duckdb.wal'), 'old');
  await copyDatabase(from, 'shop', to, never);
  expect(await readdir(to)).toEqual(['shop.duckdb']);
});

test('a link is no database, nor is a file of another name, and nothing is waited for when nobody wants it any more', async () => {
  await writeFile(join(folder, 'secret'), 'x');
  await symlink(join(folder, 'secret'), join(from, 'shop.duckdb'));
  await writeFile(join(from, 'shops.duckdb'), 'x');
  await expect(copyDatabase(from, 'shop', to, never)).rejects.toMatchObject({ code: 'precondition.missing' });
  await expect(copyDatabase(join(from, 'none'), 'shop', to, never)).rejects.toMatchObject({
    code: 'precondition.missing',
  });
  await writeFile(join(from, 'late.duckdb'), 'x');
  await expect(copyDatabase(from, 'late', to, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});
