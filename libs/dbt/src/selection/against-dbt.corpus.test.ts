import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../../../..');
// long enough to install the oracle, when this is the first run of all
const PATIENCE = 15 * 60_000;

/** Runs a fuzzer in a process of its own; what it printed comes back whether or not it found something. */
async function run(program: string, ...args: string[]): Promise<string> {
  const argv = ['-C', 'source', '--import', './tools/register.js', `tools/fuzz-selection/${program}`, ...args];
  const options = { cwd: root, timeout: PATIENCE, maxBuffer: 1 << 26 };
  const { stdout } = await promisify(execFile)(process.execPath, argv, options).catch((error: unknown) => {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { stdout: `${stdout}\n${stderr}` };
  });
  return stdout;
}

describe('real dbt 1.12, asked about projects and expressions nobody has seen', () => {
  test(
    'selects what we select',
    async () => {
      expect(await run('fuzz.ts', '--count', '100', '--seed', String(randomInt(100_000)))).toContain(' 0 differences');
    },
    PATIENCE,
  );

  test(
    'selects exactly the set that was translated into its words',
    async () => {
      const told = await run('translation.ts', '--count', '200', '--seed', String(randomInt(100_000)));
      expect(told).toContain(' 0 refused, 0 selected otherwise by dbt');
    },
    PATIENCE,
  );
});

test('every planted mistake can still be planted', async () => {
  const folders = ['selection', 'selection-rare'].map((name) => path.join(root, 'tools/mutants', name));
  const patches = folders.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));
  for (const patch of patches) await promisify(execFile)('git', ['apply', '--check', patch], { cwd: root });
  expect(patches.length).toBeGreaterThan(10);
});
