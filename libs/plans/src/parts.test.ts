import { expect, test } from '@jest/globals';
import { carriesVerdict } from './index.ts';

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
