import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  assetsGet,
  assetsImpact,
  assetsSearch,
  ingestsCreate,
  ingestsList,
  plansConfirm,
  plansEntries,
  plansEntry,
  plansList,
  plansPropose,
  selectionsEvaluate,
  selectionsList,
  selectionsPut,
  selectionsRemove,
  snapshotsGet,
  snapshotsList,
} from '@headgate/contracts';
import { graphRead } from '@headgate/graph-read';
import { ingestion } from '@headgate/ingestion';
import { planner } from '@headgate/planner';
import { asker, fixture, type Stack, startStack } from '@headgate/testing';

jest.setTimeout(60_000);

const orgA = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
const orgB = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0b';
const here = { project: 'jaffle', environment: 'dev' };

const gateway = asker(orgA);
const { ask } = gateway;

const ingest = async (name: string, bytes: Buffer, org = orgA) =>
  ask(ingestsCreate, { ...here, artifacts: [{ name, blob: await gateway.blobs.put(org, bytes) }] }, org);

let stack: Stack;
let manifest: Buffer;
beforeAll(async () => {
  manifest = fixture('jaffle-manifest.json.gz');
  stack = await startStack([ingestion, graphRead, planner, gateway.service]);
}, 60_000);
afterAll(() => stack?.stop());

test('entities and migrations agree', () => expect(stack.drift).toEqual([]));

test('a manifest becomes a snapshot, and the same manifest again does not', async () => {
  const first = await ingest('manifest.json', manifest);
  expect(first).toMatchObject({
    snapshotIsNew: true,
    snapshot: { seq: 1 },
    artifacts: [{ kind: 'manifest', duplicate: false }],
  });
  const again = await ingest('manifest.json', manifest);
  expect(again).toMatchObject({ snapshotIsNew: false, snapshot: { seq: 1 }, artifacts: [{ duplicate: true }] });
  expect((await ask(snapshotsList, here)).items).toHaveLength(1);
  expect((await ask(ingestsList, here)).items).toHaveLength(2);
}, 60_000);

test('a change to one node writes index rows for it alone', async () => {
  const edited = JSON.parse(manifest.toString());
  edited.nodes['model.jaffle.customers'].description = 'Edited: zebra';
  const { snapshot } = await ingest('manifest.json', Buffer.from(JSON.stringify(edited)));
  expect(snapshot?.seq).toBe(2);
  const rows = await stack.sql('select node from graph.node_index where from_seq = 2');
  expect(rows).toEqual([{ node: 'model.jaffle.customers' }]);
  expect(await stack.sql('select * from graph.impact_index where from_seq = 2 or to_seq is not null')).toEqual([]);
  expect((await ask(assetsSearch, { ...here, q: 'zebra' })).items.map(({ id }) => id)).toEqual([
    'model.jaffle.customers',
  ]);
});

test('search finds names, infixes and words, best first', async () => {
  const ids = async (q: string) => (await ask(assetsSearch, { ...here, q })).items.map(({ id }) => id);
  expect((await ids('orders'))[0]).toBe('model.jaffle.orders');
  expect(await ids('ustomer_segm')).toContain('model.jaffle.customer_segments');
  expect(await ids('nothing-like-this')).toEqual([]);
  expect(await ids(`'; drop table graph.node_index; --`)).toEqual([]);
});

test('pages join up without gap or repeat', async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(assetsSearch, { ...here, limit: 7, ...(cursor && { cursor }) });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor);
  const { nodes } = await ask(snapshotsGet, { ...here, snapshot: 'latest' });
  expect(seen).toHaveLength(nodes);
  expect(new Set(seen).size).toBe(nodes);
});

test('impact reaches the exposure', async () => {
  const impact = await ask(assetsImpact, { ...here, asset: 'stg_orders' });
  expect(impact.items.map(({ id }) => id)).toContain('exposure.jaffle.weekly_board');
  const detail = await ask(assetsGet, { ...here, asset: 'hg:jaffle/model.jaffle.orders' });
  expect(detail.columns.map(({ name }) => name)).toContain('order_id');
});

test('a truncated file is refused with file, path and cause, and nothing of its delivery is visible', async () => {
  const before = await stack.sql('select count(*) from graph.artifact');
  const attempt = ask(ingestsCreate, {
    ...here,
    artifacts: [
      { name: 'manifest.json', blob: await gateway.blobs.put(orgA, manifest.subarray(0, manifest.length - 1)) },
      {
        name: 'catalog.json',
        blob: await gateway.blobs.put(orgA, Buffer.from('{"metadata":{},"nodes":{},"sources":{}}')),
      },
    ],
  });
  await expect(attempt).rejects.toMatchObject({
    code: 'artifact.refused',
    where: expect.stringContaining('manifest.json'),
  });
  expect(await stack.sql('select count(*) from graph.artifact')).toEqual(before);
});

test('everything runs in an environment that never ran, and a plan of artifacts alone cannot be confirmed', async () => {
  const plan = await ask(plansPropose, here);
  expect(plan.counts).toMatchObject({ skip: 0, partial: 0 });
  expect(plan.counts.run).toBe(plan.total);
  await expect(ask(plansConfirm, { plan: plan.id })).rejects.toMatchObject({ code: 'precondition.missing' });
  expect((await ask(plansList, here)).items[0]).toMatchObject({ id: plan.id, status: 'proposed' });
});

test('the verdicts of a plan come in pages, by verdict, by name and by cause, and one by one with their evidence', async () => {
  const plan = await ask(plansPropose, here);
  const seen: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await ask(plansEntries, { plan: plan.id, limit: 7, ...(cursor && { cursor }) });
    expect(page.total).toBe(plan.total);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next;
    if (!cursor) break;
  }
  expect([seen.length, new Set(seen).size]).toEqual([plan.total, plan.total]);
  expect((await ask(plansEntries, { plan: plan.id, verdict: 'SKIP' })).items).toEqual([]);
  const [found] = (await ask(plansEntries, { plan: plan.id, q: 'CUSTOMER_segments', verdict: 'RUN' })).items;
  expect(found).toMatchObject({ verdict: 'RUN', why: expect.any(String) });
  const caused = await ask(plansEntries, { plan: plan.id, cause: found!.id });
  expect(caused.items.every(({ cause }) => cause.includes(found!.id))).toBe(true);
  const one = await ask(plansEntry, { plan: plan.id, node: 'model.jaffle.customer_segments' });
  expect(one).toMatchObject({ entry: { verdict: 'RUN' }, after: { code: expect.stringContaining('select') } });
  expect(one.before).toBeUndefined();
  await expect(ask(plansEntry, { plan: plan.id, node: 'model.jaffle.none' })).rejects.toMatchObject({
    code: 'not-found',
    where: '/node',
  });
});

test('results that were delivered beside the manifest of their invocation are what the environment holds; older ones change nothing', async () => {
  const given = JSON.parse(manifest.toString()) as {
    metadata: { invocation_id: string };
    nodes: Record<string, object>;
  };
  const results = (minute: number, status: string, invocation = given.metadata.invocation_id) => {
    const timing = [{ name: 'execute', completed_at: `2026-11-21T01:${minute}:00.000000Z` }];
    const rows = Object.keys(given.nodes).map((unique_id) => ({ unique_id, status, timing, thread_id: '1' }));
    const metadata = { invocation_id: invocation };
    return Buffer.from(JSON.stringify({ metadata, args: { which: 'build' }, results: rows }));
  };
  const delivered = { project: 'jaffle', environment: 'delivered' };
  const deliver = async (files: Record<string, Buffer>) => {
    const list = Object.entries(files).map(async ([name, bytes]) => ({
      name,
      blob: await gateway.blobs.put(orgA, bytes),
    }));
    await ask(ingestsCreate, { ...delivered, artifacts: await Promise.all(list) });
  };
  const state = async () => {
    const [row] = await stack.sql<{ state: string }>(
      `select state from planner.environment_state where environment = 'delivered'`,
    );
    return row?.state;
  };
  await deliver({ 'run_results.json': results(10, 'success', 'of-nobody'), 'manifest.json': manifest });
  await deliver({ 'run_results.json': results(20, 'success') });
  while (!(await state())) await new Promise((resolve) => setTimeout(resolve, 100));
  const plan = await ask(plansPropose, delivered);
  expect(plan.counts.skip).toBeGreaterThan(10);
  const before = await state();
  await deliver({ 'run_results.json': results(15, 'error') });
  await deliver({ 'run_results.json': results(30, 'error') });
  while ((await state()) === before) await new Promise((resolve) => setTimeout(resolve, 100));
  const [row] = await stack.sql<{ n: string }>(
    `select count(distinct (run, status)) as n from graph.node_run where environment = 'delivered'`,
  );
  expect(row!.n).toBe('2');
}, 120_000);

test('the selection language of dbt is answered over the snapshot, with reasons and with saved selections', async () => {
  const answer = await ask(selectionsEvaluate, { ...here, select: ['stg_orders+,tag:mart'], explain: true });
  expect(answer.ids).toContain('model.jaffle.orders');
  expect(answer.ids).not.toContain('model.jaffle.stg_orders');
  await ask(selectionsPut, { project: 'jaffle', name: 'marts', select: ['tag:mart'], exclude: ['orders'] });
  const saved = await ask(selectionsEvaluate, { ...here, saved: 'marts', resourceTypes: ['model'] });
  expect(saved.ids).toContain('model.jaffle.customers');
  expect(saved.ids).not.toContain('model.jaffle.orders');
  const [first] = (await ask(snapshotsList, here)).items.slice(-1);
  const changed = await ask(selectionsEvaluate, { ...here, select: ['state:modified'], state: first!.snapshot });
  expect(changed.ids).toEqual([]);
  await expect(ask(selectionsEvaluate, { ...here, select: ['nonsense:x'] })).rejects.toMatchObject({
    code: 'contract.invalid',
    detail: expect.stringContaining('nonsense'),
  });
  expect((await ask(selectionsList, { project: 'jaffle' })).items.map(({ name }) => name)).toEqual(['marts']);
  expect((await ask(selectionsList, { project: 'jaffle' }, orgB)).items).toEqual([]);
  await ask(selectionsRemove, { project: 'jaffle', name: 'marts' });
  await expect(ask(selectionsEvaluate, { ...here, saved: 'marts' })).rejects.toMatchObject({ code: 'not-found' });
});

test('another organization sees nothing of all this', async () => {
  expect((await ask(assetsSearch, { ...here, q: 'orders' }, orgB)).items).toEqual([]);
  expect((await ask(assetsSearch, here, orgB)).total).toBe(0);
  expect((await ask(plansList, here, orgB)).items).toEqual([]);
  expect((await ask(snapshotsList, here, orgB)).items).toEqual([]);
  await expect(ask(assetsImpact, { ...here, asset: 'orders' }, orgB)).rejects.toMatchObject({ code: 'not-found' });
  await expect(ask(plansPropose, here, orgB)).rejects.toMatchObject({ code: 'not-found' });
});
