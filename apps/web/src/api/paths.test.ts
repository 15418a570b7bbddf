import { expect, test } from '@jest/globals';
import * as contracts from '@headgate/contracts';
import { paths } from './paths.ts';

test('every route that pages ask is the one the contracts declare', () => {
  const declared = Object.fromEntries(
    Object.keys(paths).map((name) => {
      const { method, path } = contracts[name as keyof typeof paths];
      return [name, `${method} ${path}`];
    }),
  );
  expect(declared).toEqual(paths);
});
