import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build.js';

const workspace = fileURLToPath(new URL('..', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'build '));
const source = join(root, 'libs/one/src');
const dist = join(root, 'libs/one/dist');
const put = (file: string, text: string) => {
  mkdirSync(join(source, file, '..'), { recursive: true });
  writeFileSync(join(source, file), text);
};

beforeAll(() => {
  cpSync(join(workspace, '.swcrc'), join(root, '.swcrc'));
  symlinkSync(join(workspace, 'node_modules'), join(root, 'node_modules'));
  put(
    'index.ts',
    `import data from './data.json' with { type: 'json' };\nexport { two } from './deep/two.ts';\nexport const one: number = data.one;\n`,
  );
  put('deep/two.ts', 'export const two = 2;\n');
  put('deep/two.test.ts', 'throw new Error();\n');
  put('data.json', '{"one":1}');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('sources become modules that run, other files are copied, tests are left out', async () => {
  expect(await ensureBuilt({ root })).toEqual({ built: 3, removed: 0 });
  expect(await import(join(dist, 'index.js'))).toMatchObject({ one: 1, two: 2 });
  expect([existsSync(join(dist, 'deep/two.test.js')), existsSync(join(dist, 'index.js.map'))]).toEqual([false, true]);
});

it('only what changed is built again, also when its time went backwards', async () => {
  expect(await ensureBuilt({ root })).toEqual({ built: 0, removed: 0 });
  put('deep/two.ts', 'export const two = 3;\n');
  utimesSync(join(source, 'deep/two.ts'), 1000, 1000);
  expect(await ensureBuilt({ root })).toEqual({ built: 1, removed: 0 });
  expect(readFileSync(join(dist, 'deep/two.js'), 'utf8')).toContain('two = 3');
});

it('what has no source any more is removed', async () => {
  put('old.ts', 'export {};\n');
  await ensureBuilt({ root });
  rmSync(join(source, 'old.ts'));
  expect(await ensureBuilt({ root })).toEqual({ built: 0, removed: 1 });
  expect(existsSync(join(dist, 'old.js'))).toBe(false);
});

it('a source that does not parse is named, is tried again, and does not hold up the others', async () => {
  put('broken.ts', 'export const = ;\n');
  put('fine.ts', 'export const fine = true;\n');
  await expect(ensureBuilt({ root })).rejects.toThrow(/libs\/one\/src\/broken\.ts/);
  expect(existsSync(join(dist, 'fine.js'))).toBe(true);
  await expect(ensureBuilt({ root })).rejects.toThrow(/broken/);
  rmSync(join(source, 'broken.ts'));
  await ensureBuilt({ root });
});
