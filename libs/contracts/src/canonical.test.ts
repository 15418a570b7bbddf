import { expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonical } from './index.ts';

const outcome = (write: () => unknown) => {
  try {
    return write();
  } catch {
    return 'refused';
  }
};

test('canonical JSON agrees with the reference writer on any value, broken text and numbers included', () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.nat().map(String),
    fc.constantFrom('toJSON', '__proto__', '01'),
  );
  const { value } = fc.letrec((again) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom(null, true, undefined, -0, NaN, Infinity, 1e21, 5e-324, '\ud800', '\udc00x', '\\ud83d', '😀'),
      fc.double(),
      fc.string({ unit: 'binary' }),
      fc.array(again('value'), { maxLength: 5 }),
      fc.dictionary(key, again('value'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(value, (given) => {
      expect(outcome(() => canonical(given))).toBe(outcome(() => canonicalize(given) ?? 'refused'));
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test('what is nested deeper than the stack allows is written all the same', () => {
  let value: unknown = 1;
  for (let i = 0; i < 100_000; i++) value = [value];
  expect(canonical(value)).toBe(canonicalize(value));
});
