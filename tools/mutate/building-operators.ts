import { one, on, type Operator } from './operators.ts';

/*
 * Changes of what dbt builds with, in the project `built`: no node names any of it, and the SQL that is compiled stays as
 * it is. Only a build by dbt shows them.
 */

const only = 'built';
const number = one(/(?<![\w.])\d+(?![\w.])/g, ([n], random) => String(Number(n) + 1 + random.int(3)));

function inFile(path: string, name: string): Operator {
  return { ...on(new RegExp(`^${path}$`), name, number), only };
}

function written(path: string, name: string, text: string): Operator {
  return { name, preserving: false, only, apply: () => ({ [path]: text }) };
}

export const buildingOperators: readonly Operator[] = [
  inFile('macros/kept.sql', 'custom materialization'),
  inFile('macros/marks.sql', 'macro by a computed name'),
  inFile('macros/tables.sql', 'macro in place of that of dbt'),
  inFile('macros/functions.sql', 'on-run hook or branch not taken'),
  written('macros/tables.sql', 'macro in place of that of dbt gone', '{# that of dbt again #}'),
  written(
    'macros/views.sql',
    'new macro in place of that of dbt',
    `{% macro duckdb__create_view_as(relation, sql) %}
  create view {{ relation }} as (select *, {{ mark_of_views() }} as view_mark from ({{ sql }}) as t)
{% endmacro %}
`,
  ),
  written(
    'macros/materialized.sql',
    'new materialization in place of that of dbt',
    `{% materialization view, adapter='duckdb' %}
  {%- set target = this.incorporate(type='table') -%}
  {% do adapter.drop_relation(load_cached_relation(this)) if load_cached_relation(this) %}
  {% call statement('main') -%}
    create table {{ target }} as (select *, 9 as table_not_view from ({{ sql }}) as t)
  {%- endcall %}
  {{ adapter.commit() }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}
`,
  ),
  { ...on(/^models\/.*\.sql$/, 'comment', (text) => `${text.trimEnd()}\n-- note\n`, true), only },
  { ...on(/^macros\//, 'comment in a macro', (text) => text.replace(/%\}/, '%}{# a note #}'), true), only },
];
