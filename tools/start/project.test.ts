import { afterAll, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

jest.setTimeout(120_000);
const here = fileURLToPath(new URL('.', import.meta.url));
const python = join(here, '../../.headgate/python/bin/python');
const scratch = mkdtempSync(join(tmpdir(), 'jaffle '));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function build(name: string) {
  const folder = join(scratch, name);
  cpSync(join(here, 'project/jaffle'), folder, { recursive: true });
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    JAFFLE_DB: join(folder, 'jaffle.duckdb'),
    DBT_PROFILES_DIR: folder,
    DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
  };
  const dbt = (...args: string[]) =>
    execFileSync(python, ['-c', 'from dbt.cli.main import cli; cli()', ...args], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
  dbt('run-operation', 'land_events');
  return {
    said: dbt('--no-use-colors', 'build', '--show-all-deprecations'),
    relations: JSON.parse(execFileSync(python, [join(here, 'relations.py'), env.JAFFLE_DB], { encoding: 'utf8' })),
  };
}

it('the bundled project builds without a warning, and gives the same relations every time', () => {
  const [first, second] = [build('first'), build('second')];
  expect(first.said).toMatch(/PASS=40 WARN=0 ERROR=0 SKIP=0 NO-OP=2 TOTAL=42/);
  expect(first.said).not.toMatch(/deprecat/i);
  expect(Object.keys(first.relations)).toHaveLength(21);
  expect(second.relations).toEqual(first.relations);
});
