import { expect, test } from '@jest/globals';
import { eventTypes } from '@headgate/contracts';
import { did, factsOf } from './sentence.ts';

test('every event has a sentence, and no sentence is of an event that is gone', () => {
  expect(Object.keys(did).sort()).toEqual(eventTypes.map(({ type }) => type).sort());
});

test('of the facts of a summary, ids are shortened and what was cut off is left out', () => {
  const plan = '019364a0-0000-7000-8000-00000badcafe';
  expect(factsOf(`plan=${plan} outcome=succeeded`)).toBe('succeeded, plan 0badcafe');
  expect(factsOf(`snapshot=sha256:${'ab'.repeat(32)}`)).toBe('snapshot abababa');
  for (const cut of ['37', 'sha256:ab', plan.slice(0, 20)]) expect(factsOf(`plan=${cut} name=nightly`)).toBe('nightly');
});
