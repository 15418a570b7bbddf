import { afterAll, it, jest } from '@jest/globals';
import { rmSync } from 'node:fs';
import { recovers } from './recovery.ts';
import { newState, patienceMs } from './start.ts';

jest.setTimeout(3 * patienceMs);
const state = newState('recover');
afterAll(() => rmSync(state, { recursive: true, force: true }));

it('after five kills of one or the other, the next start recovers', () =>
  recovers(state, ['launcher', 'npm', 'launcher', 'launcher', 'npm']));
