import { expect, test } from '@jest/globals';
import { adapterOf, placeDatabases } from './profiles.ts';

const profile = (path: string) =>
  `shop: # ours\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: ${path}\n      threads: 4\n`;

test.each([
  ['shop.duckdb', "{{ env_var('HEADGATE_DATA_DIR') }}/shop.duckdb"],
  ['./db/shop.duckdb', "{{ env_var('HEADGATE_DATA_DIR') }}/db_shop.duckdb"],
])('a relative file %s moves to the data of the environment, and nothing else changes', (path, moved) => {
  const text = placeDatabases(profile(path));
  expect(text).toContain(moved);
  expect(text).toContain('# ours');
  expect(text).toContain('threads: 4');
});

test.each(['/var/shop.duckdb', "':memory:'", 'md:shop', 's3://bucket/shop.duckdb', `"{{ env_var('DB') }}"`])(
  '%s stays where it is',
  (path) => {
    expect(placeDatabases(profile(path))).toBe(profile(path));
  },
);

test('what is no profile comes back as it was', () => {
  for (const text of ['', '- a', 'shop: [', 'shop:\n  outputs: none\n']) expect(placeDatabases(text)).toBe(text);
});

test('the adapter is that of the target', () => {
  const profiles = `shop:\n  target: "{{ env_var('T', 'prod') }}"\n  outputs:\n    dev: {type: duckdb, path: x}\n`;
  expect(adapterOf('name: shop\nprofile: "shop"\n', profiles)).toBe('duckdb');
  expect(
    adapterOf('profile: shop', 'shop: {target: prod, outputs: {dev: {type: duckdb}, prod: {type: postgres}}}'),
  ).toBe('postgres');
  expect(adapterOf('profile: other', profiles)).toBe('unknown');
});
