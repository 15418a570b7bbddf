import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { Manifest } from '@headgate/dbt';
import { carriesVerdict } from './index.ts';
import { partsTable } from './parts.ts';

const node = (more: object) => ({
  unique_id: 'test.shop.t',
  resource_type: 'test',
  name: 't',
  package_name: 'shop',
  ...more,
});

test('a test that stands among the enabled nodes, but is disabled by its own config, carries no verdict', () => {
  expect(carriesVerdict(node({ config: { enabled: true } }))).toBe(true);
  expect(carriesVerdict(node({ config: { enabled: false } }))).toBe(false);
});

test('what dbt does not build by itself carries no verdict', () => {
  expect(carriesVerdict(node({ resource_type: 'model', config: { materialized: 'ephemeral' } }))).toBe(false);
  for (const resource_type of ['source', 'exposure', 'metric', 'macro'])
    expect(carriesVerdict(node({ resource_type }))).toBe(false);
});

test("dbt's own macros count for a model and not for a test, also when both name the same", () => {
  const file = new URL('../../testing/fixtures/artifacts/jaffle-manifest.json.gz', import.meta.url);
  const manifest = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Manifest;
  const [test, model] = ['test.jaffle.assert_no_negative_amounts', 'model.jaffle.orders'];
  const macrosOf = (ids: string[]) => {
    for (const id of [test, model]) Object.assign(manifest.nodes[id]!.depends_on!, { macros: ids });
    const { nodes } = partsTable(manifest);
    return [test, model].map((id) => nodes.get(id)!.parts['macros']);
  };
  const [none, some] = [macrosOf([]), macrosOf(['macro.dbt.date_trunc'])];
  expect(some[0]).toBe(none[0]);
  expect(some[1]).not.toBe(none[1]);
});
