import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

function reading(megabytes: number): { ended: Record<string, string>; peakMb: number } {
  const program = ['-C', 'source', '--import', join(root, 'tools/register.js'), join(import.meta.dirname, 'hostile-reading.ts')]; // prettier-ignore
  return JSON.parse(execFileSync(process.execPath, [...program, String(megabytes)], { encoding: 'utf8' })) as never;
}

test('hostile files are refused at a bound, and thrice their size costs no more memory', () => {
  const [small, large] = [reading(80), reading(240)];
  expect(large.ended).toEqual({
    'nested lists': 'too_deep',
    'nested objects': 'too_deep',
    'one endless text': 'too_large',
    'one endless key': 'too_large',
    'one endless value at the top': 'too_large',
    'quotes that are escaped': 'too_large',
    'a prototype key': 'forbidden_key',
    'a prototype key in disguise': 'forbidden_key',
    'a bomb': 'too_large',
    'a bomb of spaces': 'too_large',
  });
  // 64 MB of one member are the most that is held at once, thrice while its buffer grows; the rest is Node and its compiler.
  expect(large.peakMb - small.peakMb).toBeLessThan(150);
  expect(large.peakMb).toBeLessThan(1000);
}, 180_000);
