import { afterAll, expect, test } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { projectTar } from './project-tar.ts';

const work = mkdtempSync(join(tmpdir(), 'headgate-tar-'));
afterAll(() => rmSync(work, { recursive: true }));

function project(name: string, files: Record<string, string>): string {
  const folder = join(work, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

async function listed(bytes: Buffer): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const tar = extract();
  tar.end(bytes);
  for await (const entry of tar) found[entry.header.name] = (await buffer(entry)).toString();
  return found;
}

const shop = project('shop', {
  'dbt_project.yml': 'name: shop\ntarget-path: out',
  'models/b.sql': 'select 2',
  'models/a.sql': 'select 1',
  'models/logs/l.sql': 'select 3',
  'dbt_packages/utils/target.sql': 'x',
  'dbt_packages/utils/.git/HEAD': 'x',
  'target/manifest.json': '{}',
  'out/manifest.json': '{}',
  'logs/dbt.log': 'x',
  '.git/HEAD': 'x',
  '.env': 'PASSWORD=x',
  '.user.yml': 'id: x',
});

test('the files dbt reads are packed, and nothing that it writes or that is private', async () => {
  const { bytes, files, warnings } = await projectTar(shop);
  expect(Object.keys(await listed(bytes))).toEqual([
    'dbt_packages/utils/target.sql',
    'dbt_project.yml',
    'models/a.sql',
    'models/b.sql',
    'models/logs/l.sql',
  ]);
  expect([files, warnings]).toEqual([5, []]);
});

test('the bytes depend on names and contents alone', async () => {
  const twin = join(work, 'twin');
  cpSync(shop, twin, { recursive: true });
  utimesSync(join(twin, 'models/a.sql'), 1, 1);
  const [{ bytes: one }, { bytes: other }] = [await projectTar(shop), await projectTar(twin)];
  expect(one.equals(other)).toBe(true);
  writeFileSync(join(twin, 'models/a.sql'), 'select 4');
  expect((await projectTar(twin)).bytes.equals(one)).toBe(false);
});

test('a link to a file inside is packed as that file, any other is left out and said', async () => {
  const linked = project('linked', {
    'dbt_project.yml': 'name: l',
    'packages.yml': 'packages: []',
    'a.sql': 'select 1',
  });
  writeFileSync(join(work, 'outside.sql'), 'secret');
  symlinkSync('a.sql', join(linked, 'inside.sql'));
  symlinkSync('../outside.sql', join(linked, 'outside.sql'));
  symlinkSync('nowhere', join(linked, 'dangling.sql'));
  const { bytes, warnings } = await projectTar(linked);
  expect(await listed(bytes)).toMatchObject({ 'inside.sql': 'select 1', 'a.sql': 'select 1' });
  expect(bytes.includes('secret')).toBe(false);
  expect(warnings.map((text) => text.split(' ')[0])).toEqual(['dangling.sql', 'outside.sql', 'it']);
});

test('a folder that is no project is refused, one that is not there is missing', async () => {
  await expect(projectTar(work)).rejects.toMatchObject({ exit: 2 });
  await expect(projectTar(join(work, 'nowhere'))).rejects.toMatchObject({ exit: 3 });
  await expect(projectTar(project('bad', { 'dbt_project.yml': 'a: [' }))).rejects.toMatchObject({ exit: 2 });
});

test('a package that is a link to a folder inside is packed, and links in a circle come to an end', async () => {
  const linked = project('packages', {
    'dbt_project.yml': 'name: linked',
    'local/models/a.sql': 'select 1',
    'other/b.sql': 'select 2',
  });
  mkdirSync(join(linked, 'dbt_packages'));
  symlinkSync('../local', join(linked, 'dbt_packages/local'));
  symlinkSync('../other', join(linked, 'local/other'));
  symlinkSync('../local', join(linked, 'other/local'));
  const { bytes } = await projectTar(linked);
  expect(Object.keys(await listed(bytes))).toContain('dbt_packages/local/models/a.sql');
});
