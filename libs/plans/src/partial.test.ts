import { expect, test } from '@jest/globals';
import { canonical } from '@headgate/contracts';
import { type Manifest, readArtifact } from '@headgate/dbt';
import { recording, type RecordedEdit } from '../recorded/recorded.ts';
import {
  buildPlan,
  emptyState,
  type EnvironmentState,
  type ExecutionPlan,
  explainEntry,
  fold,
  markdown,
  nodeOutcomes,
  type PlanRequest,
  toStages,
  verifyPlan,
} from './index.ts';
import { sealed } from './build.ts';

const recorded = recording();
const snapshot = `sha256:${'0'.repeat(64)}`;
const eventTime = { start: '2024-01-01', end: '2024-01-03' };
const events = 'model.jaffle.events_incremental';

/** The recorded project, one model of which is built in batches. */
const microbatch = (() => {
  const manifest = JSON.parse(JSON.stringify(recorded.manifest)) as Manifest;
  Object.assign(manifest.nodes[events]!.config!, { incremental_strategy: 'microbatch', event_time: 'landed_at' });
  const bytes = Buffer.from(JSON.stringify(manifest));
  const read = readArtifact(bytes, { file: 'manifest.json' });
  if (!read.ok || read.artifact.kind !== 'manifest') throw new Error('no manifest');
  return { bytes, manifest: read.artifact.manifest, manifestId: read.artifact.id };
})();
const outcomesOf = (manifest: Manifest, partial: readonly string[] = []) =>
  [...Object.keys(manifest.nodes), ...Object.keys(manifest.unit_tests)].map((id) => ({
    ...{ id, status: 'success', finishedAt: null, relation: null },
    ...(partial.includes(id) && { partial: true }),
  }));
const built = fold(emptyState, { ...microbatch, run: 'r1', attempt: 1, results: outcomesOf(microbatch.manifest) });

const planOf = (more: Partial<PlanRequest> = {}) => buildPlan({ ...microbatch, snapshot, state: built, ...more });
const entryOf = (plan: ExecutionPlan, id: string) => plan.entries.find((entry) => entry.id === id)!;
const verified = (plan: ExecutionPlan, manifest: Uint8Array, state: EnvironmentState) =>
  verifyPlan({ plan: Buffer.from(canonical(plan)), manifest, state: Buffer.from(canonical(state)) });

test('when only a test changed, its node stays as it is and is PARTIAL: tests only', () => {
  const edit = recorded.edits.find(({ name }) => name === 'values of a test') as RecordedEdit;
  const plan = buildPlan({ ...edit, snapshot, state: recorded.state });
  const runs = plan.entries.filter(({ verdict }) => verdict === 'RUN').map(({ id }) => id);
  const partial = plan.entries.filter(({ verdict }) => verdict === 'PARTIAL');
  expect(runs.every((id) => id.startsWith('test.'))).toBe(true);
  expect(partial.map(({ reasons, cause }) => [reasons[0], cause])).toEqual([[{ code: 'tests_only', tests: runs }, []]]);
  expect(plan.header.counts).toEqual({ run: runs.length, partial: 1, skip: plan.entries.length - runs.length - 1 });
  expect(plan.stages).toEqual([{ command: 'build', nodes: runs }]);
  expect(explainEntry(partial[0]!)[1]).toContain('only tests of it run');
  expect(markdown(plan)).toContain(`Only tests of these run: \`${partial[0]!.id}\``);
  expect(verified(plan, edit.bytes, recorded.state)).toMatchObject({ ok: true, partial: 1 });
});

test('a plan that keeps quiet about the tests of a node, or makes some up, is refused', () => {
  const edit = recorded.edits.find(({ name }) => name === 'values of a test') as RecordedEdit;
  const plan = buildPlan({ ...edit, snapshot, state: recorded.state });
  const [subject] = plan.entries.filter(({ verdict }) => verdict === 'PARTIAL');
  const other = plan.entries.find(({ verdict, type }) => verdict === 'SKIP' && type === 'model')!;
  const silent = { ...subject!, verdict: 'SKIP' as const, reasons: subject!.reasons.slice(1) };
  const loud = { ...other, verdict: 'PARTIAL' as const, reasons: [subject!.reasons[0]!, ...other.reasons] };
  for (const forged of [silent, loud]) {
    const entries = plan.entries.map((entry) => (entry.id === forged.id ? forged : entry));
    const count = (verdict: string) => entries.filter((entry) => entry.verdict === verdict).length;
    const counts = { run: count('RUN'), skip: count('SKIP'), partial: count('PARTIAL') };
    const { digest: _, ...rest } = plan;
    const again = sealed({ ...rest, entries, header: { ...plan.header, counts } });
    expect(verified(again, edit.bytes, recorded.state)).toMatchObject({ ok: false, entry: forged.id });
  }
});

test('a range of event time builds these batches of microbatch models, and all that reads them', () => {
  const plan = planOf({ eventTime });
  expect(entryOf(plan, events)).toMatchObject({ verdict: 'PARTIAL', reasons: [{ code: 'event_time', ...eventTime }] });
  const readers = plan.entries.filter(({ cause }) => cause.length > 1);
  expect(readers.length).toBeGreaterThan(0);
  expect(readers.every(({ verdict, cause }) => verdict === 'RUN' && cause[0] === events)).toBe(true);
  const [stage] = toStages(plan, microbatch.manifest, () => ({ args: [] }));
  expect(stage!.args).toEqual(['build', '--event-time-start', eventTime.start, '--event-time-end', eventTime.end]);
  expect(stage!.nodes).toContain(events);
  expect(verified(plan, microbatch.bytes, built)).toMatchObject({ ok: true, partial: 1 });
  expect(planOf().header.counts.run).toBe(0);
});

test('another range than the plan names is not what it says', () => {
  const { digest: _, ...plan } = planOf({ eventTime });
  const forged = sealed({ ...plan, header: { ...plan.header, eventTime: { ...eventTime, end: '2025-01-01' } } });
  expect(verified(forged, microbatch.bytes, built)).toMatchObject({ ok: false, entry: events });
});

test('what was built in part is not built: a model without its history, or with the old code in it, still runs', () => {
  const run = { ...microbatch, run: 'r2', attempt: 1 };
  const results = outcomesOf(microbatch.manifest, [events]);
  expect(entryOf(planOf({ state: fold(emptyState, { ...run, results }) }), events).reasons[0]).toEqual({
    code: 'never_built',
  });
  const edited = JSON.parse(JSON.stringify(microbatch.manifest)) as Manifest;
  Object.assign(edited.nodes[events]!, {
    raw_code: 'select 1',
    checksum: { name: 'sha256', checksum: 'f'.repeat(64) },
  });
  const after = fold(built, { ...run, manifest: edited, results });
  expect(entryOf(planOf({ manifest: edited, state: after }), events).verdict).toBe('RUN');
  // And where nothing but batches was asked for, everything is as before.
  expect(planOf({ state: fold(built, { ...run, results }) }).header.counts.run).toBe(0);
});

test('results of dbt say themselves that only some batches were built', () => {
  const row = { unique_id: events, status: 'success' };
  const results = { ...recorded.runResults, results: [row] } as typeof recorded.runResults;
  const given = (args: Record<string, unknown>) => nodeOutcomes(microbatch.manifest, { ...results, args });
  expect(given({ event_time_start: '2024-01-01T00:00:00' })).toMatchObject([{ partial: true }]);
  expect(given({ event_time_start: null })[0]).not.toHaveProperty('partial');
});
