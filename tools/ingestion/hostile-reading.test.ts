import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

function reading(megabytes: number): { ended: Record<string, string>; peakMb: number } {
  const program = ['-C', 'source', '--import', join(root, 'tools/register.js'), join(import.meta.dirname, 'hostile-reading.ts')]; // prettier-ignore
  return JSON.parse(execFileSync(process.execPath, [...program, String(megabytes)], { encoding: 'utf8' })) as never;
}

test('hostile files are refused at a bound, and thrice their size costs no more memory', () => {
  // Both beyond every bound, so that both hold as much as is ever held, and what differs is the size of what is refused alone.
  const [small, large] = [reading(160), reading(480)];
  const refused = {
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
  };
  expect(small.ended).toEqual(refused);
  expect(large.ended).toEqual(refused);
  // Six runs of each differ by 13 MB at most; were what is refused held, it would be 320 MB and more.
  expect(large.peakMb - small.peakMb).toBeLessThan(150);
  expect(large.peakMb).toBeLessThan(1000);
}, 180_000);
