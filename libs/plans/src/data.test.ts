import { expect, test } from '@jest/globals';
import { canonical } from '@headgate/contracts';
import { queryPrinter } from '@headgate/lineage/engine';
import { changed, planOver, print, runs, stateOf, text } from '../recorded/compiled.ts';
import { recording } from '../recorded/recorded.ts';
import {
  assumeBuilt,
  emptyState,
  type EnvironmentState,
  type ExecutionPlan,
  explain,
  fold,
  markdown,
  type PlanRequest,
  sourceVersions,
  verifyPlan,
  versionsBefore,
  versionsSince,
} from './index.ts';

const recorded = recording();
const base = changed(recorded, {});
const source = 'source.jaffle.ops.events';
const [view, table] = ['model.jaffle.stg_events', 'model.jaffle.events_incremental'];
const at = (version: string): Record<string, string> => ({ [source]: version });

/** Everything was built when the source had this version. */
const builtAt = (version: string): EnvironmentState =>
  assumeBuilt(base.manifest, 'first', print, { data: at(version) });

/** One node was built again, alone. */
const againAt = (state: EnvironmentState, id: string, data: Record<string, string>): EnvironmentState =>
  fold(state, {
    ...{ run: 'second', attempt: 1, manifest: base.manifest, print, data },
    results: [{ id, status: 'success', finishedAt: null, relation: null }],
  });

function planned(over: EnvironmentState, more: Partial<PlanRequest> = {}, head = base): ExecutionPlan {
  const plan = planOver(over, head, more);
  const files = { plan: Buffer.from(canonical(plan)), manifest: head.bytes, state: Buffer.from(canonical(over)) };
  expect(verifyPlan({ ...files, reader: queryPrinter })).toMatchObject({ ok: true });
  return plan;
}
const check = (version: string): Partial<PlanRequest> => ({ data: 'check', versions: at(version) });
const reasonsOf = (plan: ExecutionPlan, id: string): unknown => plan.entries.find((entry) => entry.id === id)?.reasons;

test('a source with new data moves its readers, and nothing else but the snapshot', () => {
  expect(runs(planned(builtAt('1'), check('1')))).toEqual(['orders_snapshot']);
  const plan = planned(builtAt('1'), check('2'));
  expect(runs(plan)).toEqual(['events_incremental', 'stg_events', 'orders_snapshot']);
  expect(reasonsOf(plan, view)).toEqual([{ code: 'data_changed', id: source }]);
  expect(reasonsOf(plan, table)).toMatchObject([{ code: 'upstream', id: view, why: 'runs' }]);
});

test('under assume, new data is not looked for, and the plan lists what it takes for unchanged', () => {
  const plan = planned(builtAt('1'));
  expect(runs(plan)).toEqual([]);
  expect(plan.header.data.assumed).toContainEqual({ id: source, what: 'source' });
  expect(explain(plan).join('\n')).toContain(source);
  expect(markdown(plan)).toContain(`Assumed unchanged: \`snapshot.jaffle.orders_snapshot\`, \`${source}\``);
});

test('a version that nobody knows, now or then, is no version', () => {
  expect(reasonsOf(planned(builtAt('1'), { data: 'check', versions: {} }), view)).toEqual([
    { code: 'data_unknown', id: source },
  ]);
  expect(reasonsOf(planned(stateOf(base.manifest), check('1')), view)).toEqual([{ code: 'data_unknown', id: source }]);
});

test('an input that was rebuilt over other data moves its readers in a later plan, whatever that assumes', () => {
  const state = againAt(builtAt('1'), view, at('2'));
  for (const more of [check('2'), {}]) {
    const plan = planned(state, more);
    expect(reasonsOf(plan, view)).toMatchObject([{ code: 'unchanged' }]);
    expect(reasonsOf(plan, table)).toEqual([{ code: 'data_changed', id: view }]);
  }
  // Once the reader has caught up, all is quiet.
  const caughtUp = planned(againAt(state, table, at('2')), check('2'));
  expect(reasonsOf(caughtUp, table)).toContainEqual({ code: 'unchanged', assumed: [] });
});

test('an input that was rebuilt over data that nobody looked at moves its readers where data is checked', () => {
  const state = againAt(builtAt('1'), view, {});
  expect(reasonsOf(planned(state), table)).toMatchObject([{ code: 'unchanged' }]);
  expect(reasonsOf(planned(state, check('1')), table)).toContainEqual({ code: 'data_unknown', id: view });
});

test('new data and new code together: both are told', () => {
  const head = changed(recorded, { stg_events: text(/$/, ' -- all of them') });
  const plan = planned(builtAt('1'), check('2'), head);
  expect(reasonsOf(plan, view)).toEqual([
    { code: 'data_changed', id: source },
    { code: 'changed', part: 'body' },
  ]);
  expect(runs(plan)).toEqual(['events_incremental', 'stg_events', 'orders_snapshot']);
  expect(explain(plan).at(-1)).toBe(`data checked: ${source} (2)`);
  expect(markdown(plan)).toContain(`Data checked: \`${source} (2)\``);
});

test('a large seed whose file was hashed is assumed of nothing', () => {
  const seed = 'seed.jaffle.raw_stores';
  const large = changed(recorded, {
    [seed]: (node) => (node['checksum'] = { name: 'path', checksum: 'seeds/raw_stores.csv' }),
  });
  const hashed = (file: string): { seedHashes: Record<string, string> } => ({
    seedHashes: { [seed]: `sha256:${file.repeat(64)}` },
  });
  const results = { run: 'first', attempt: 1, manifest: large.manifest, print };
  const ended = [{ id: seed, status: 'success', finishedAt: null, relation: null }];
  const state = fold(stateOf(large.manifest), { ...results, ...hashed('a'), results: ended });
  const listed = (plan: ExecutionPlan): unknown => plan.header.data.assumed.filter(({ id }) => id === seed);
  expect(listed(planned(state, {}, large))).toEqual([{ id: seed, what: 'seed_file' }]);
  const same = planned(state, hashed('a'), large);
  expect([reasonsOf(same, seed), listed(same)]).toEqual([[{ code: 'unchanged', assumed: [] }], []]);
  expect(reasonsOf(planned(state, hashed('b'), large), seed)).toEqual([{ code: 'changed', part: 'body' }]);
});

test('a version is what dbt saw loaded last; what it could not ask has none', () => {
  const row = (id: string, status: string, loaded?: string): never =>
    ({ unique_id: id, status, ...(loaded && { max_loaded_at: loaded }) }) as never;
  const results = [row('a', 'pass', '2024-01-02T00:00:00Z'), row('b', 'error', '2024-01-01T00:00:00Z')];
  const freshness = {
    ...{ args: {}, metadata: { generated_at: '2024-02-01T10:00:00Z' } },
    results: [...results, row('c', 'runtime error')],
  };
  const versions = { a: '2024-01-02T00:00:00Z', b: '2024-01-01T00:00:00Z' };
  expect(sourceVersions(freshness)).toEqual(versions);
  const began = (time: string) => ({ ...base.manifest, metadata: { ...base.manifest.metadata, generated_at: time } });
  expect(versionsBefore(freshness, began('2024-02-01T10:00:01Z'))).toEqual(versions);
  expect(versionsBefore(freshness, began('2024-02-01T09:59:59Z'))).toEqual({});
  expect(versionsBefore({ ...freshness, metadata: {} }, began('2024-02-01T10:00:01Z'))).toEqual({});
});

test('a look says what is there now only when nothing was built from the source since, as far as anybody knows', () => {
  const built = (finishedAt: string | null): EnvironmentState =>
    fold(emptyState, {
      ...{ run: 'first', attempt: 1, manifest: base.manifest },
      results: [{ id: view, status: 'success', finishedAt, relation: null }],
    });
  const lookedAt = Date.parse('2026-11-21T01:00:00Z');
  const since = (state: EnvironmentState) => versionsSince([{ source, version: '1', lookedAt }], base.manifest, state);
  expect(since(emptyState)).toEqual(at('1'));
  expect(since(built('2026-11-21T00:59:59.999Z'))).toEqual(at('1'));
  expect(since(built('2026-11-21T01:00:00.001Z'))).toEqual({});
  expect(since(built(null))).toEqual({});
});
