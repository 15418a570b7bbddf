import { expect, test } from '@jest/globals';
import { chaos } from './scenario.ts';

const seed = 11;

test('whatever is killed, frozen, cut, lost or wiped, all that was acknowledged is there, once', async () => {
  const report = await chaos({ seed, seconds: 20, perSecond: 4, everyMs: 450, say: () => undefined });
  expect(report).toMatchObject({ ok: true, lost: 0, duplicates: 0, violations: [] });
  expect(report.kills).toBeGreaterThan(4);
  expect(report.serverKills).toBeGreaterThan(0);
  for (const done of [report.committed, report.versions, report.sinkRows]) expect(done).toBeGreaterThan(0);
}, 300_000);
