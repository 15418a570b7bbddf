import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPlan, type EnvironmentState, verifyPlan } from '@headgate/plans';
import { canonical } from '@headgate/contracts';
import { type Answer, answers, buildBase } from './jaffle.ts';
import { asManifest, stateAfter } from '../../libs/plans/recorded/recorded.ts';

const project = fileURLToPath(new URL('../start/project/jaffle', import.meta.url));
const venv = fileURLToPath(new URL('../../.headgate/python', import.meta.url));
const snapshot = `sha256:${'0'.repeat(64)}`;

let work: string;
let state: EnvironmentState;
let live: Answer[];

beforeAll(async () => {
  for (const needed of [project, join(venv, 'bin/dbt')])
    if (!existsSync(needed)) throw new Error(`${needed} is missing`);
  work = mkdtempSync(join(tmpdir(), 'headgate-edits-'));
  const base = buildBase({ venv, work }, project);
  const read = (file: string) => JSON.parse(readFileSync(join(base.target, file), 'utf8'));
  state = stateAfter(asManifest(read('manifest.json')).manifest, read('run_results.json'));
  live = [];
  for await (const answer of answers({ venv, work }, base)) live.push(answer);
}, 600_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

test('after every edit of a project that dbt really built, the plan runs what dbt selects, and the plan verifies', () => {
  const wrong = live.flatMap(({ edit, manifest, ids }) => {
    const read = asManifest(JSON.parse(manifest));
    const plan = buildPlan({ ...read, snapshot, state });
    const runs = plan.entries.filter((entry) => entry.verdict === 'RUN').map((entry) => entry.id);
    const wanted = ids.filter((id) => plan.entries.some((entry) => entry.id === id));
    const verified = verifyPlan({
      plan: Buffer.from(canonical(plan)),
      manifest: read.bytes,
      state: Buffer.from(canonical(state)),
    });
    // dbt sees nothing of what it builds with; the plan then runs all that is built.
    const right = edit.unseen ? wanted.length === 0 && runs.length > 0 : canonical(runs) === canonical(wanted);
    return right && verified.ok ? [] : [{ edit: edit.name, runs, wanted, verified }];
  });
  expect(wrong).toEqual([]);
  expect(live.length).toBeGreaterThan(40);
});
