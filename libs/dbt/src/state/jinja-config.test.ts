import { describe, expect, test } from '@jest/globals';
import type { ManifestNode } from '../manifest.ts';
import { configCall, reread } from './jinja-config.ts';

// recorded from statically_parse_unrendered_config of dbt-core 1.12.6
const RECORDED: readonly (readonly [string, Readonly<Record<string, string>> | null])[] = [
  ['select 1', null],
  ["{{ config(materialized='table') }} select 1", { materialized: 'table' }],
  [
    "{{ config(materialized=\"table\", tags=['a', \"b'c\"], meta={'t': 2, 'n': {'x': [1.5, 1e3, true, none]}}) }}",
    { materialized: 'table', tags: "['a', \"b'c\"]", meta: "{'t': 2, 'n': {'x': [1.5, 1000.0, True, None]}}" },
  ],
  [
    "{{ config(materialized=env_var('X', 'view'), schema='a' ~ target.name ~ 1) }}",
    { materialized: "env_var('X', 'view')", schema: "'a' ~ target.name ~ 1" },
  ],
  ["{# {{ config(materialized='no') }} #}{{ config(alias='x\\'y\\n') }}", { alias: "x'y\n" }],
  [
    "{% if target.name == 'prod' and not x %}{{ config(enabled=var('on')['k'].z, a=-1, b=(1,), c=(1, 2), d=('s')) }}{% endif %}",
    { enabled: "var('on')['k'].z", a: '-1', b: '(1,)', c: '(1, 2)', d: 's' },
  ],
  ["{{ config({'materialized': 'table'}) }}", {}],
  ['{{ config() }}', {}],
  [
    "{{- config(post_hook=[\"select '{{ this }}'\", after_commit(\"x\")], pre_hook = { 'sql': 'a', 'transaction': false }) -}}",
    { post_hook: "[\"select '{{ this }}'\", after_commit('x')]", pre_hook: "{'sql': 'a', 'transaction': False}" },
  ],
  [
    '{{ config(enabled=a in [1,2] or b not in (3, 4), x=1 < 2 <= 3, y=not z, w=a != b) }}',
    { enabled: 'a in [1, 2] or b not in (3, 4)', x: '1 < 2 <= 3', y: 'not z', w: 'a != b' },
  ],
  ["{{ config(materialized='table',) }}\n{{ config(alias='second') }}", { materialized: 'table' }],
  ["{% set c = config(materialized='view') %}", { materialized: 'view' }],
  ["{{ config(a=x.y(1, k='v', *z), e='fine', f='a' 'b') }}", { a: "x.y(1, k='v', *z)", e: 'fine', f: 'ab' }],
  [
    '{{ test_not_null(**_dbt_generic_test_kwargs) }}{{ config(severity=\'warn\',where="a > 1") }}',
    { severity: 'warn', where: 'a > 1' },
  ],
  [
    "{{ config(unique_key=['a','b'], on_schema_change='fail', s='tab\\tq\"uote', t=\"it's\") }}",
    { unique_key: "['a', 'b']", on_schema_change: 'fail', s: 'tab\tq"uote', t: "it's" },
  ],
];

describe('the config call in a code', () => {
  test.each(RECORDED)('%j is written down as dbt 1.12 does', (code, config) => {
    expect(configCall(code)).toEqual(config);
  });

  test('an expression that is not understood is left out, and the next one is read', () => {
    expect(configCall("{{ config(a=1 if x else 2, b=[y | upper], c='kept') }}")).toEqual({ c: 'kept' });
  });

  test('an unclosed block ends at the end', () => {
    expect(configCall("{{ config(a='x'")).toEqual({});
    expect(configCall('{{ config(a=')).toEqual({});
  });
});

describe('a node that another version of dbt wrote', () => {
  const node = {
    unique_id: 'model.shop.a',
    resource_type: 'model',
    raw_code: "{{ config(meta={'a': 1}) }} select 1",
    unrendered_config: { meta: { a: 1 }, schema: 'x' },
  } as unknown as ManifestNode;

  test('has the config of its code, and else what was noted down', () => {
    expect(reread(node)['unrendered_config']).toEqual({ meta: "{'a': 1}", schema: 'x' });
  });

  test('is left alone when it is a built-in test without code of its own', () => {
    const builtIn = { ...node, resource_type: 'test', depends_on: { macros: ['macro.dbt.test_unique'] } };
    expect(reread(builtIn)).toBe(builtIn);
  });
});
