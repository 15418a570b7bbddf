import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Plan, PlansEntryOutput, Run } from '@headgate/contracts';
import { Shop } from '@headgate/testing';
import { services } from './services.ts';

jest.setTimeout(240_000);

/** Rows that come from outside, each with the time at which it came. */
const land = (rows: number) =>
  `{% macro land() %}{% do run_query("create or replace table main.raw as select range as id, timestamp '2026-01-01' + interval (${rows}) day as landed_at from range(${rows})") %}{% endmacro %}`;
const freshness = '{ error_after: { count: 1, period: hour } }';
const files = {
  'macros/land.sql': land(1),
  'macros/land_more.sql': land(2).replace('land()', 'land_more()'),
  'models/sources.yml': `sources: [{ name: ops, schema: main, tables: [{ name: raw, config: { loaded_at_field: landed_at, freshness: ${freshness} } }] }]\n`,
  'models/counted.sql': "{{ config(materialized='table') }} select count(*) as n from {{ source('ops', 'raw') }}",
};
const source = 'source.shop.ops.raw';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open(services, 'dev');
});
afterAll(() => shop?.stack.stop());

async function ran(path: string, body: object = {}): Promise<Run> {
  return shop.ended((await shop.post<Run>(`${shop.at('dev')}/${path}`, body)).id);
}

async function why(plan: Plan): Promise<unknown> {
  const { entry } = await shop.get<PlansEntryOutput>(`/api/v1/plans/${plan.id}/entries/model.shop.counted`);
  return entry.reasons;
}

const planned = (look: Run) => shop.plan('dev', { select: ['counted'], data: 'check', look: look.id });

test('dbt looks at the sources before a plan, which skips what reads nothing new and runs what does', async () => {
  await shop.ingest('dev', files);
  expect(await ran('operations', { macro: 'land' })).toMatchObject({ status: 'succeeded' });
  // Older than it may be, which dbt calls an error: it is a look all the same.
  const first = await ran('looks');
  expect(first).toMatchObject({ kind: 'operation', status: 'failed' });
  expect(first.artifacts.map(({ name }) => name)).toContain('sources.json');
  expect(await shop.execute(await planned(first))).toMatchObject({ status: 'succeeded' });

  const same = await ran('looks');
  expect(await why(await planned(same))).toEqual([{ code: 'unchanged', assumed: [] }]);
  expect(await ran('operations', { macro: 'land_more' })).toMatchObject({ status: 'succeeded' });
  expect(await why(await planned(await ran('looks')))).toEqual([{ code: 'data_changed', id: source }]);
});

test('what is no look at the sources of this environment is refused', async () => {
  const operation = await ran('operations', { macro: 'land' });
  const refused = { code: 'precondition.missing', where: '/look' };
  expect(await planned(operation)).toMatchObject(refused);
  expect(await shop.plan('dev', { look: '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a' })).toMatchObject({ code: 'not-found' });
});
