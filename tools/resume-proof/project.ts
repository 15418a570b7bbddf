// A small project of every materialization whose rebuilding could go wrong half-way: each takes a moment, so that it can.

/** Counts for about a tenth of a second; DuckDB cannot know that the outcome does not matter. */
const slow = '(select count(*) as n from range(3000) a, range(8000) b where (a.range * b.range) % 7 = 3) as work';

const model = (config: string, sql: string): string => `{{ config(${config}) }}\n${sql}\n`;
const newOnly = (alias: string) =>
  `{% if is_incremental() %} and ${alias}.id > (select coalesce(max(id), -1) from {{ this }}) {% endif %}`;

export const project: Readonly<Record<string, string>> = {
  'dbt_project.yml': "name: chain\nversion: '1.0'\nprofile: chain\n",
  'seeds/codes.csv': 'code,label\n0,zero\n1,one\n2,two\n',
  'macros/land.sql': `{% macro land(rows) %}{% do run_query("create or replace table main.raw as select range as id, range % 3 as code, case when range % 5 = 0 and range < " ~ rows ~ " / 2 then 'closed' else 'open' end as status from range(" ~ rows ~ ")") %}{% endmacro %}`,
  'models/sources.yml': 'sources:\n  - name: ops\n    schema: main\n    tables:\n      - name: raw\n',
  'models/staged.sql': model(`materialized='view'`, `select * from {{ source('ops', 'raw') }}`),
  'models/base.sql': model(
    `materialized='table'`,
    `select s.id, s.status, c.label from {{ ref('staged') }} s join {{ ref('codes') }} c using (code), ${slow} where work.n > 0`,
  ),
  'models/appended.sql': model(
    `materialized='incremental', incremental_strategy='append'`,
    `select b.id, b.label from {{ ref('base') }} b, ${slow} where work.n > 0 ${newOnly('b')}`,
  ),
  'models/replaced.sql': model(
    `materialized='incremental', incremental_strategy='delete+insert', unique_key='id'`,
    `select b.id, b.status from {{ ref('base') }} b, ${slow} where work.n > 0`,
  ),
  'models/narrowed.sql': model(`materialized='ephemeral'`, `select * from {{ ref('appended') }} where id % 2 = 0`),
  'models/counted.sql': model(
    `materialized='table'`,
    `select n.label, count(*) as n from {{ ref('narrowed') }} n, ${slow} where work.n > 0 group by 1`,
  ),
  'models/joined.sql': model(
    `materialized='table'`,
    `select a.id, a.label, r.status from {{ ref('appended') }} a join {{ ref('replaced') }} r using (id), ${slow} where work.n > 0`,
  ),
  'models/shown.sql': model(`materialized='view'`, `select label, count(*) as n from {{ ref('joined') }} group by 1`),
  // Fails until a file lies beside the database.
  'models/gated.sql': model(
    `materialized='table'`,
    `select id, case when (select count(*) from glob('{{ env_var("HEADGATE_DATA_DIR") }}/go')) = 0 then error('the gate is closed') else 1 end as one from {{ ref('staged') }}`,
  ),
  'models/behind.sql': model(`materialized='table'`, `select sum(one) as n from {{ ref('gated') }}`),
  'models/models.yml': `models:
  - name: base
    columns: [{ name: id, data_tests: [unique, not_null] }]
  - name: joined
    columns: [{ name: id, data_tests: [unique] }]
`,
  'snapshots/kept.yml': `snapshots:
  - name: kept
    relation: ref('base')
    config: { unique_key: id, strategy: check, check_cols: [status] }
`,
};
