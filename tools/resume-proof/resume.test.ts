import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Plan, Run, RunLine, RunNode } from '@headgate/contracts';
import { place, ResumeProof } from './proof.ts';

jest.setTimeout(400_000);

let proof: ResumeProof;
beforeAll(async () => {
  proof = await ResumeProof.start();
});
afterAll(() => proof?.stop());

test('a run that is killed at random moments and gone on with ends with the relations of one that was left alone', async () => {
  await proof.rounds(3);
});

const nodesOf = async (run: string) =>
  new Map((await proof.get<{ items: RunNode[] }>(`/api/v1/runs/${run}/nodes`)).items.map((one) => [one.node, one]));
const linesOf = async (run: string) =>
  (await proof.get<{ items: RunLine[] }>(`/api/v1/runs/${run}/logs?limit=1000`)).items;
const resume = (run: string) => proof.post<Run & { detail?: string; code?: string }>(`/api/v1/runs/${run}/resume`);
const variable = (name: string, value: string) => proof.http('PUT', `${place}/variables/${name}`, { value });

test('a run that failed is gone on with from what failed on, in the context in which it began and in no other', async () => {
  proof.restore('full');
  proof.gate('closed');
  await variable('EXTRA', 'one');
  const run = await proof.ended((await proof.begin('full')).id);
  expect(run).toMatchObject({ status: 'failed', reason: expect.stringContaining('the gate is closed') });
  proof.gate('open');

  await variable('EXTRA', 'two');
  const changed = await proof.ended((await resume(run.id)).id);
  expect(changed).toMatchObject({ status: 'failed', reason: expect.stringContaining('variables of the environment') });
  expect(await resume(run.id)).toMatchObject({ code: 'conflict', detail: expect.stringContaining(changed.id) });
  await variable('EXTRA', 'one');

  const next = await proof.ended((await resume(changed.id)).id);
  expect(next).toMatchObject({ status: 'succeeded', origin: changed.id, plan: run.plan, revision: run.revision });
  expect(await proof.get(`/api/v1/runs/${run.id}`)).toMatchObject({ resumedBy: changed.id });
  expect([...(await nodesOf(next.id)).keys()].sort()).toEqual(['model.chain.behind', 'model.chain.gated']);
  expect((await linesOf(next.id)).find(({ event }) => event === 'WentOn')).toMatchObject({
    text: expect.stringMatching(
      new RegExp(`where run ${changed.id} ended: of its nodes [1-9][0-9]* stand, 2 are left`),
    ),
  });
  await proof.builtOnce(next.id);
  await proof.isAllBuilt();
  expect(await resume(next.id)).toMatchObject({ code: 'precondition.missing' });
});

test('a run that another one came after is not gone on with; nor is what has no nodes', async () => {
  proof.gate('closed');
  const failed = await proof.ended((await proof.begin('incremental')).id);
  expect(failed.status).toBe('failed');
  proof.gate('open');
  expect((await proof.ended((await proof.begin('incremental')).id)).status).toBe('succeeded');
  expect(await resume(failed.id)).toMatchObject({ code: 'conflict', detail: expect.stringContaining('since') });
  const operation = await proof.post<Run>(`${place}/operations`, { macro: 'nobody' });
  await proof.ended(operation.id);
  expect(await resume(operation.id)).toMatchObject({ code: 'precondition.missing' });
});

test('of two runs that overlap the second waits, says so, and builds only what the first did not', async () => {
  // A change of code: what two plans of it would build is the same, and neither asks for another look at the data.
  const body = 'select 2 as two';
  await proof.ingest({ 'models/newcomer.sql': body, 'models/after.sql': "select * from {{ ref('newcomer') }}" });
  const plans = [await proof.post<Plan>(`${place}/plans`), await proof.post<Plan>(`${place}/plans`)];
  expect(plans.map(({ counts }) => counts.run)).toEqual([2, 2]);
  const [first, second] = await Promise.all(plans.map(async (plan) => (await proof.confirmed(plan))!));
  const ends = [await proof.ended(first!.id), await proof.ended(second!.id)];
  expect(ends.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  const built = ends.map(({ counts }) => counts['success'] ?? 0);
  expect([built[0]! + built[1]!, ends.map(({ counts }) => counts['reused'] ?? 0).sort()]).toEqual([2, [0, 2]]);
  const [one, other] = built[0] === 2 ? ends : ends.toReversed();
  expect((await linesOf(other!.id)).find(({ event }) => event === 'Waited')).toMatchObject({
    text: `waited for run ${one!.id}: 2 nodes were built there at the same inputs`,
  });
  expect((await nodesOf(other!.id)).get('model.chain.after')).toMatchObject({
    status: 'reused',
    message: expect.stringContaining(one!.id),
  });
  await proof.isAllBuilt();
});

test('what the first of two overlapping runs failed to build, the second builds', async () => {
  await proof.ingest({
    'models/gated.sql': proof.files['models/gated.sql']!.replace('1 end', '3 end'),
    'models/newcomer.sql': 'select 4 as two',
  });
  proof.gate('closed');
  const plans = [await proof.post<Plan>(`${place}/plans`), await proof.post<Plan>(`${place}/plans`)];
  const first = (await proof.confirmed(plans[0]!))!;
  const second = (await proof.confirmed(plans[1]!))!;
  while (
    (await proof.stack.sql(`select 1 from runner.run_node where run_id = $1 and status = 'error'`, [first.id]))
      .length === 0
  );
  proof.gate('open');
  expect(await proof.ended(first.id)).toMatchObject({ status: 'failed' });
  expect(await proof.ended(second.id)).toMatchObject({ status: 'succeeded' });
  const nodes = await nodesOf(second.id);
  const statuses = ['gated', 'behind', 'newcomer', 'after'].map((name) => nodes.get(`model.chain.${name}`)?.status);
  expect(statuses).toEqual(['success', 'success', 'reused', 'reused']);
  await proof.isAllBuilt();
});

test('of a microbatch model the batches that were asked for are built, and no others', async () => {
  await proof.ingest({
    'models/moments.sql': `{{ config(materialized='view', event_time='seen') }}
      select seen from (values (timestamp '2024-06-01'), (timestamp '2025-06-01'), (timestamp '2026-06-01')) as t(seen)`,
    'models/batched.sql': `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='seen',
        batch_size='year', begin='2024-01-01') }}
      select seen, (select count(*) from glob('{{ env_var("HEADGATE_DATA_DIR") }}/go')) as gates from {{ ref('moments') }}`,
  });
  const run = async (eventTime?: { start: string; end: string }) => {
    for (;;) {
      const plan = await proof.post<Plan>(`${place}/plans`, { ...(eventTime && { eventTime }) });
      const made = await proof.confirmed(plan);
      if (made) return { plan, run: await proof.ended(made.id) };
    }
  };
  const gates = () => proof.rows('select year(seen), gates from main.batched order by 1');
  proof.gate('open');
  expect((await run()).run).toMatchObject({ status: 'succeeded' });
  expect(gates()).toEqual([2024, 2025, 2026].map((year) => [year, 1]));
  await proof.isAllBuilt();

  proof.gate('closed');
  const part = await run({ start: '2025-01-01', end: '2026-01-01' });
  expect(part.plan.counts).toMatchObject({ run: 0, partial: 1 });
  expect([part.run.reason, part.run.status]).toEqual([undefined, 'succeeded']);
  expect(gates()).toEqual([
    [2024, 1],
    [2025, 0],
    [2026, 1],
  ]);
  await proof.isAllBuilt();
  proof.gate('open');
});
