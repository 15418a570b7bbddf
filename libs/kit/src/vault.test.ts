import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Config } from './config.ts';
import fc from 'fast-check';
import { Vault } from './vault.ts';

const vaultOf = (key: Buffer) => new Vault({ blobs: { dir: '', key } } as unknown as Config);
const vault = vaultOf(randomBytes(32));

test('what is sealed opens again, and the same value never looks the same', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (org, purpose, value) => {
      const sealed = vault.seal(org, purpose, value);
      expect(vault.open(org, purpose, sealed)).toBe(value);
      expect(vault.seal(org, purpose, value).equals(sealed)).toBe(false);
    }),
  );
});

test('a value opens for its own organization, purpose and install only', () => {
  const sealed = vault.seal('a', 'jaffle/dev/PASSWORD', 'secret');
  expect(() => vault.open('b', 'jaffle/dev/PASSWORD', sealed)).toThrow();
  expect(() => vault.open('a', 'jaffle/prod/PASSWORD', sealed)).toThrow();
  expect(() => vaultOf(randomBytes(32)).open('a', 'jaffle/dev/PASSWORD', sealed)).toThrow();
});

test('a changed byte anywhere is found', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, flip) => {
      const sealed = vault.seal('a', 'p', value);
      sealed[at % sealed.length]! ^= flip;
      expect(() => vault.open('a', 'p', sealed)).toThrow();
    }),
  );
});
