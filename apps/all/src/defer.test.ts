import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type PlansEntriesOutput, type RunLine, sha256 } from '@headgate/contracts';
import { queryPrinter } from '@headgate/lineage/engine';
import { type ExecutionPlan, verifyPlan } from '@headgate/plans';
import { Shop } from '@headgate/testing';
import { services } from './services.ts';

jest.setTimeout(240_000);

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open(services, 'prod', 'dev', 'new');
});
afterAll(() => shop?.stack.stop());

const deferring = (select: string[], more: object = {}) => shop.plan('dev', { select, defer: 'prod', ...more });

/** What is worked on here: one model has a column more than there. */
const edited = {
  'models/total.sql': Shop.files['models/total.sql']!.replace('s.price,', 's.price, s.price * 2 as twice,'),
};
const changed = ['state:modified+'];

test('what differs from another environment is built over what stands there, as if all had been built here', async () => {
  expect(shop.stack.drift).toEqual([]);
  await shop.ingest('prod');
  await shop.ingest('dev', edited);
  expect(await deferring(changed)).toMatchObject({ code: 'precondition.missing', where: '/defer' });
  await shop.runAll('prod');

  const plan = await deferring(changed);
  expect(plan).toMatchObject({ defer: 'prod', counts: { run: 2, skip: 0, partial: 0 } });
  const { header, items } = await shop.get<PlansEntriesOutput>(`/api/v1/plans/${plan.id}/entries`);
  expect(header.defer).toEqual({ environment: 'prod', nodes: 1 });
  expect(items.map(({ id, deferred }) => [id, deferred])).toEqual([
    ['model.shop.report', undefined],
    ['model.shop.total', ['model.shop.staged']],
  ]);
  const { words } = await shop.get<{ words: string[] }>(`/api/v1/plans/${plan.id}/entries/model.shop.total`);
  expect(words).toContain('  reads model.shop.staged from prod');

  const run = await shop.execute(plan);
  expect(run).toMatchObject({ status: 'succeeded' });
  const { items: lines } = await shop.get<{ items: RunLine[] }>(`/api/v1/runs/${run.id}/logs?limit=500`);
  expect(lines.find(({ event }) => event === 'Deferred')?.text).toContain('from prod');
  const names = "select table_name from information_schema.tables where table_schema = 'main' order by 1";
  expect(shop.rows('dev', names)).toEqual([['report'], ['total']]);
  const shared = 'select id, price, dear from total order by id';
  expect(shop.rows('dev', shared)).toEqual(shop.rows('prod', shared));
  // The other environment has what it had: a view is still a view.
  const type = "select table_type from information_schema.tables where table_name = 'staged'";
  expect(shop.rows('prod', type)).toEqual([['VIEW']]);

  expect(await shop.verdicts(await deferring(changed))).toEqual({ total: 'SKIP', report: 'SKIP' });
  const alone = await shop.plan('dev', { select: ['total'] });
  expect(await shop.verdicts(alone)).toEqual({ total: 'RUN' });
});

test('what is built anew there moves what reads it here', async () => {
  await shop.ingest('prod', { 'seeds/items.csv': 'id,price\n1,10\n2,20\n3,30\n' });
  await shop.runAll('prod');
  const plan = await deferring(['total', 'report']);
  expect(await shop.verdicts(plan)).toEqual({ total: 'RUN', report: 'RUN' });
  expect(await shop.execute(plan)).toMatchObject({ status: 'succeeded' });
  expect(shop.rows('dev', 'select * from report')).toEqual([[60, 2]]);
  expect(shop.rows('dev', 'select * from report')).toEqual(shop.rows('prod', 'select * from report'));
  expect(await shop.verdicts(await deferring(['total', 'report']))).toEqual({ total: 'SKIP', report: 'SKIP' });
});

test('the proof of such a plan is made of both states', async () => {
  const plan = await deferring(['total', 'report']);
  const at = `/api/v1/plans/${plan.id}`;
  const given = {
    plan: await shop.bytes(`${at}/document`),
    state: await shop.bytes(`${at}/state`),
    deferred: await shop.bytes(`${at}/deferred`),
    manifest: await shop.bytes(`${shop.at('dev')}/snapshots/${plan.snapshot}/manifest`),
    reader: queryPrinter,
  };
  expect(verifyPlan(given)).toMatchObject({ ok: true });
  const { header } = JSON.parse(given.plan.toString()) as ExecutionPlan;
  expect(sha256(given.deferred)).toBe(header.defer?.state);
  const { id } = await shop.plan('dev');
  expect(await shop.get(`/api/v1/plans/${id}/deferred`)).toMatchObject({ code: 'not-found' });
});

test('whoever may not see the other environment does not read it through this one', async () => {
  const plan = await deferring(['total']);
  const place = { role: 'engineer', project: 'shop', environment: 'dev' };
  const { secret } = await shop.post<{ secret: string }>('/api/v1/tokens', { name: 'narrow', ...place });
  const narrow = (path: string, body: object = {}) => shop.post<Record<string, unknown>>(path, body, secret);
  const forbidden = { code: 'forbidden', where: '/defer' };
  expect(await narrow(`${shop.at('dev')}/plans`, { select: ['total'], defer: 'prod' })).toMatchObject(forbidden);
  expect(await narrow(`${shop.at('dev')}/plans`, { select: ['total'] })).toMatchObject({ environment: 'dev' });
  expect(await narrow(`/api/v1/plans/${plan.id}/confirm`)).toMatchObject(forbidden);
  expect(await shop.get(`/api/v1/plans/${plan.id}/deferred`, secret)).toMatchObject(forbidden);
});

test('an environment that cannot be read from is refused, and why', async () => {
  expect(await deferring(['total'], { defer: 'dev' })).toMatchObject({ code: 'contract.invalid', where: '/defer' });
  expect(await deferring(['total'], { defer: 'nowhere' })).toMatchObject({ code: 'not-found', where: '/defer' });
  expect(await deferring(['total'], { defer: 'new' })).toMatchObject({ code: 'not-found', where: '/defer' });
});
