// Property tests of `npm test` draw the same cases every time, so that what fails has to do with the change at hand.
// HEADGATE_SEED=7 npm test -- libs/graph draws others; the suites over the shared data draw new ones each time.
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';

const { testPath } = expect.getState();
const isCorpus = testPath?.endsWith('.corpus.test.ts');
// Most tests have no properties, and need not wait for the library.
if (testPath && !isCorpus && readFileSync(testPath, 'utf8').includes(`from 'fast-check'`)) {
  const { default: fc } = await import('fast-check');
  fc.configureGlobal({ seed: Number(process.env['HEADGATE_SEED'] ?? 20261121) });
}
