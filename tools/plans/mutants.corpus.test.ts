import { afterAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutants.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Below the root, so that the copy finds the same packages.
mkdirSync(join(root, '.headgate/tmp'), { recursive: true });
const work = mkdtempSync(join(root, '.headgate/tmp/mutants-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function judged(folder: string, ...all: 'all'[]): { plans: number; refused: number } {
  const args = ['-C', 'source', '--import', './tools/register.js', 'tools/plans/mutated.ts', folder, ...all];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 120_000 }));
}

test('plans of the builder as it is are all taken, whatever the environment holds', () => {
  expect(judged(join(root, 'libs/plans/src'), 'all')).toMatchObject({ refused: 0 });
}, 120_000);

test.each(mutants)(
  'a planted bug is refused: $name',
  ({ name, file, from, to }) => {
    const folder = join(work, name.replaceAll(' ', '-'));
    cpSync(join(root, 'libs/plans/src'), folder, { recursive: true });
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(
      join(folder, file),
      text.replace(from, () => to),
    );
    expect(judged(folder).refused).toBeGreaterThan(0);
  },
  120_000,
);
