import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { ingestsCreate, plansDocument, plansPropose } from '@headgate/contracts';
import { graphRead } from '@headgate/graph-read';
import { ingestion } from '@headgate/ingestion';
import { planner } from '@headgate/planner';
import type { ExecutionPlan, Reason } from '@headgate/plans';
import { asker, fixture, type Stack, startStack } from '@headgate/testing';

jest.setTimeout(120_000);

const orgA = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
const orgB = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0b';
const [source, reader] = ['source.jaffle.ops.events', 'model.jaffle.stg_events'];

const gateway = asker(orgA);
const { ask } = gateway;
let stack: Stack;
beforeAll(async () => {
  stack = await startStack([ingestion, graphRead, planner, gateway.service]);
}, 60_000);
afterAll(() => stack?.stop());

/** On the day of the fixture, a minute after one: dbt parsed it at minute 0. */
const minute = (n: number): string => new Date(Date.parse('2026-11-21T01:00:00Z') + n * 60_000).toISOString();

function environment(name: string, org = orgA) {
  const place = { project: 'jaffle', environment: name };
  const manifest = JSON.parse(fixture('jaffle-manifest.json.gz').toString());
  const deliver = async (file: string, content: object) => {
    const blob = await gateway.blobs.put(org, Buffer.from(JSON.stringify(content)));
    await ask(ingestsCreate, { ...place, artifacts: [{ name: file, blob }] }, org);
  };
  const noted = (what: string) =>
    stack.sql<{ digest: string }>(
      `select ${what} as digest from planner.environment_state where environment = '${name}'`,
    );
  return {
    place,
    /** dbt looked at the source, and saw this as loaded last; `undefined`: it could not ask. */
    async look(at: number, loaded: number | undefined) {
      const answer =
        loaded === undefined ? { status: 'runtime error' } : { status: 'pass', max_loaded_at: minute(loaded) };
      const metadata = { generated_at: minute(at), invocation_id: `look ${at}` };
      const dbt_schema_version = 'https://schemas.getdbt.com/dbt/sources/v3.json';
      await deliver('sources.json', {
        metadata: { dbt_schema_version, ...metadata },
        results: [{ unique_id: source, ...answer }],
        elapsed_time: 1,
      });
      const seen = `select last_looked_at from planner.source_version where environment = '${name}' and $1::timestamptz between first_looked_at and last_looked_at`;
      await until(async () => (await stack.sql(seen.replace('$1', `'${minute(at)}'`))).length > 0);
    },
    /** One invocation built everything: parsed at one minute, done at another. */
    async build(parsed: number, done: number) {
      const invocation_id = `build ${done}`;
      const metadata = { ...manifest.metadata, generated_at: minute(parsed), invocation_id };
      await deliver('manifest.json', { ...manifest, metadata });
      const timing = [{ name: 'execute', completed_at: minute(done) }];
      const rows = [...Object.keys(manifest.nodes), ...Object.keys(manifest.unit_tests)].map((unique_id) => ({
        ...{ unique_id, status: 'success', timing, thread_id: '1' },
      }));
      const before = await noted('state');
      await deliver('run_results.json', { metadata: { invocation_id }, args: { which: 'build' }, results: rows });
      await until(async () => (await noted('state'))[0]?.digest !== before[0]?.digest);
    },
    async plan(data: 'assume' | 'check' = 'check') {
      const { id } = await ask(plansPropose, { ...place, data }, org);
      const { blob } = await ask(plansDocument, { plan: id }, org);
      const plan = JSON.parse((await gateway.blobs.get(org, blob)).toString()) as ExecutionPlan;
      const entry = (node: string) => plan.entries.find((one) => one.id === node)!;
      const reasons: readonly Reason[] = entry(reader).reasons;
      return { ...plan.header.data, verdict: entry(reader).verdict, reasons, runs: plan.header.counts.run };
    },
  };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('a source that dbt found as it was before and after a build spares its readers; new data moves them', async () => {
  const { look, build, plan } = environment('looked');
  await look(1, 0);
  await build(2, 4);
  // Nobody has looked since the build.
  expect((await plan()).reasons).toEqual([{ code: 'data_unknown', id: source }]);
  await look(5, 0);
  expect(await plan()).toMatchObject({ verdict: 'SKIP', versions: { [source]: minute(0) }, assumed: [] });
  await look(6, 6);
  expect(await plan()).toMatchObject({ verdict: 'RUN', reasons: [{ code: 'data_changed', id: source }] });
  expect(await plan('assume')).toMatchObject({ verdict: 'SKIP', versions: {} });
  await build(7, 9);
  await look(10, 6);
  expect(await plan()).toMatchObject({ verdict: 'SKIP' });
});

test('what nobody knows moves the readers: no look before the build, none at all, or one that failed', async () => {
  const { look, build, plan } = environment('unknown');
  await build(2, 4);
  const unknown = { verdict: 'RUN', reasons: [{ code: 'data_unknown', id: source }] };
  expect(await plan()).toMatchObject(unknown);
  // While it was built, before or after the model read it.
  await look(3, 0);
  await look(5, 0);
  expect(await plan()).toMatchObject(unknown);
  await build(6, 8);
  await look(9, 0);
  expect(await plan()).toMatchObject({ verdict: 'SKIP' });
  await look(10, undefined);
  expect(await plan()).toMatchObject(unknown);
});

test('a look that is delivered late is put where it belongs, and one that is delivered twice is one', async () => {
  const { look, build, plan } = environment('late');
  await look(5, 0);
  await look(1, 0);
  await look(3, 3);
  await look(3, 3);
  const rows = `select version from planner.source_version where environment = 'late' order by first_looked_at`;
  expect(await stack.sql(rows)).toEqual([0, 3, 0].map((at) => ({ version: minute(at) })));
  await build(4, 4);
  // The last look before the build saw minute 3, the newest one minute 0.
  expect((await plan()).reasons).toEqual([{ code: 'data_changed', id: source }]);
});

test('what one organization saw, another one does not know', async () => {
  const [ours, theirs] = [environment('shared'), environment('shared', orgB)];
  await ours.look(1, 0);
  await theirs.build(2, 4);
  await ours.look(5, 0);
  expect(await theirs.plan()).toMatchObject({ versions: {}, reasons: [{ code: 'data_unknown', id: source }] });
});
