import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { adapterOf, attachDatabase, placeDatabases, profileFor } from './profiles.ts';

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

test.each(['/var/shop.duckdb', "':memory:'", 'md:shop', 's3://bucket/shop.duckdb', `"x_{{ env_var('DB') }}"`])(
  '%s stays where it is',
  (path) => {
    expect(placeDatabases(profile(path))).toBe(profile(path));
  },
);

test('where only Jinja knows the path, Jinja decides, by the same rule', () => {
  const text = placeDatabases(profile(`"{{ env_var('DB', 'shop.duckdb') }}"`));
  const { path } = (parse(text) as { shop: { outputs: { dev: { path: string } } } }).shop.outputs.dev;
  expect(path).toContain("(env_var('DB', 'shop.duckdb')) if (env_var('DB', 'shop.duckdb')).startswith(('/', ");
  expect(path).toContain("else env_var('HEADGATE_DATA_DIR') ~ '/' ~ (env_var('DB', 'shop.duckdb')).split('/')[-1]");
});

test('one more file is attached to what is attached already, and to no other warehouse', () => {
  const file = { path: '/w/deferred/shop.duckdb', alias: 'deferred_prod' };
  const shop = profile('shop.duckdb');
  const attached = (text: string) =>
    (parse(attachDatabase(text, file)) as { shop: { outputs: { dev: object } } }).shop.outputs.dev;
  expect(attached(shop)).toMatchObject({ attach: [{ ...file, read_only: true }], threads: 4 });
  const more = `${shop}      attach:\n        - path: other.duckdb\n`;
  expect(attached(more)).toMatchObject({ attach: [{ path: 'other.duckdb' }, { ...file, read_only: true }] });
  expect(attached(shop.replace('duckdb\n', 'postgres\n'))).not.toHaveProperty('attach');
});

test('what is no profile comes back as it was', () => {
  for (const text of ['', '- a', 'shop: [', 'shop:\n  outputs: none\n']) expect(placeDatabases(text)).toBe(text);
});

test('the adapter is that of the chosen target, or unknown when only Jinja could say', () => {
  const project = 'name: x\nprofile: y\n';
  const two = 'y:\n  target: b\n  outputs:\n    a: {type: duckdb}\n    b: {type: postgres}\n';
  expect(adapterOf(project, two)).toBe('postgres');
  expect(adapterOf(project, two.replace('target: b', 'target: a'))).toBe('duckdb');
  expect(adapterOf(project, two.replace('target: b', `target: "{{ env_var('T') }}"`))).toBeUndefined();
  expect(adapterOf(project, `y: {target: "{{ x }}", outputs: {a: {type: duckdb, path: "{{ env_var('P') }}"}}}`)).toBe(
    'duckdb',
  );
  expect(adapterOf(project, 'z: {}')).toBeUndefined();
  expect(adapterOf(project, 'not: [closed')).toBeUndefined();
});

test('a project without a profile gets one, under the name that it asks for', () => {
  const yml = profileFor('name: shop\nprofile: warehouse\n');
  expect(adapterOf('profile: warehouse', yml)).toBe('duckdb');
  expect(parse(yml)).toMatchObject({
    warehouse: { outputs: { dev: { path: "{{ env_var('HEADGATE_DATA_DIR') }}/shop.duckdb" } } },
  });
});
