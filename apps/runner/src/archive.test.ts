import { expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from '@headgate/contracts';
import fc from 'fast-check';
import { type Header, pack } from 'tar-stream';
import { canonicalArchive, unpackArchive } from './archive.ts';

type Entry = [name: string, content: string, header?: Partial<Header>];

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const [name, content, header] of entries) {
    tar.entry({ ...header, name } as Header, header?.type ? '' : content);
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const project: Entry = ['dbt_project.yml', 'name: x'];
const refusal = async (...entries: Entry[]) =>
  canonicalArchive(await tarOf([project, ...entries])).catch((error: unknown) => error);

test('the same files are the same revision, in any order, compressed or not, whenever and by whomever packed', async () => {
  const paths = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}(\/[a-z é]{1,40}){0,4}\.sql$/), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(paths, async (names) => {
      const entries: Entry[] = [project, ...names.map((name): Entry => [name, `select '${name}'`])];
      const later = { mtime: new Date(1_700_000_000_000), mode: 0o755, uid: 1000, uname: 'ada' };
      const one = await canonicalArchive(await tarOf(entries));
      const reversed = entries.map(([name, content]): Entry => [`./${name}`, content, later]).reverse();
      const other = await canonicalArchive(gzipSync(await tarOf(reversed)));
      expect(sha256(other.tar)).toBe(sha256(one.tar));
      expect(one.files).toBe(entries.length);
      // What is packed is packed for good: reading it back and packing it again changes nothing.
      expect((await canonicalArchive(one.tar)).tar.equals(one.tar)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('another byte, another path or another file is another revision', async () => {
  const entries: Entry[][] = [
    [['models/a.sql', 'select 1']],
    [['models/a.sql', 'select 2']],
    [['models/b.sql', 'select 1']],
    [
      ['models/a.sql', 'select 1'],
      ['models/b.sql', ''],
    ],
  ];
  const digests = await Promise.all(
    entries.map(async (list) => sha256((await canonicalArchive(await tarOf([project, ...list]))).tar)),
  );
  expect(new Set(digests).size).toBe(entries.length);
});

test('what dbt and git leave beside the project is no part of it; installed packages are', async () => {
  const bare = await canonicalArchive(await tarOf([project, ['dbt_packages/p/dbt_project.yml', 'name: p']]));
  const littered = await canonicalArchive(
    await tarOf([
      project,
      ['target/manifest.json', '{}'],
      ['logs/dbt.log', ''],
      ['.user.yml', 'id: 1'],
      ['.git/HEAD', 'ref'],
      ['dbt_packages/p/.git/HEAD', 'ref'],
      ['dbt_packages/p/dbt_project.yml', 'name: p'],
    ]),
  );
  expect(littered).toEqual(bare);
});

test.each<[string, Entry]>([
  ['would lie outside', ['../evil.sql', '']],
  ['would lie outside', ['models/../../evil.sql', '']],
  ['would lie outside', ['/etc/passwd', '']],
  ['would lie outside', ['models\\evil.sql', '']],
  ['is a symlink', ['models/link.sql', '', { type: 'symlink', linkname: '/etc/passwd' }]],
  ['is a link', ['models/link.sql', '', { type: 'link', linkname: '../../x' }]],
  ['is a character-device', ['models/device', '', { type: 'character-device' }]],
  ['is a file and a folder', ['dbt_project.yml/x', '']],
])('a tar is refused when it %s: %s', async (reason, entry) => {
  expect(await refusal(entry)).toMatchObject({
    code: 'artifact.refused',
    detail: expect.stringContaining(reason),
    where: '/blob',
  });
});

test('what is no tar, no whole tar, or no dbt project is refused with what to do', async () => {
  const whole = await tarOf([project, ['a.sql', 'x'.repeat(5000)]]);
  const wrong = [Buffer.from('hello'), Buffer.from([0x1f, 0x8b, 1, 2]), whole.subarray(0, 3000), await tarOf([])];
  for (const bytes of wrong) {
    await expect(canonicalArchive(bytes)).rejects.toMatchObject({
      code: 'artifact.refused',
      hint: expect.any(String),
    });
  }
});

test('a small file that unpacks to something huge is refused without being unpacked', async () => {
  const part = gzipSync(Buffer.alloc(60 * 1024 ** 2), { level: 1 });
  const bomb = Buffer.concat(Array<Buffer>(10).fill(part));
  expect(bomb.length).toBeLessThan(4 * 1024 ** 2);
  await expect(canonicalArchive(bomb)).rejects.toMatchObject({ code: 'artifact.refused' });
});

test('an archive is unpacked as it was packed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-archive-'));
  try {
    const { tar } = await canonicalArchive(await tarOf([project, [`models/${'deep/'.repeat(30)}a.sql`, 'select 1']]));
    await unpackArchive(tar, folder);
    expect((await readdir(folder)).sort()).toEqual(['dbt_project.yml', 'models']);
    const path = join(folder, 'models', ...Array<string>(30).fill('deep'), 'a.sql');
    expect(await readFile(path, 'utf8')).toBe('select 1');
    expect((await stat(path)).mode & 0o111).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
