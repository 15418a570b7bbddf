/** One edit of the jaffle project: files to change by replacement, to write, or to delete. */
export interface Edit {
  readonly name: string;
  readonly replace?: readonly (readonly [file: string, from: string, to: string])[];
  readonly write?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
  /** dbt's comparison does not show it. */
  readonly unseen?: boolean;
}

const marts = 'models/marts/';
const martsYml = `${marts}_marts.yml`;

/** Edits whose `state:modified+` is recorded from dbt; together they touch every part that it compares. */
export const edits: readonly Edit[] = [
  { name: 'nothing' },
  {
    name: 'a comment in a leaf',
    replace: [[`${marts}customer_segments.sql`, 'select customer_id,', '-- why\nselect customer_id,']],
  },
  { name: 'a comment in a staging model', replace: [['models/staging/stg_orders.sql', 'select', '/* note */ select']] },
  { name: 'an expression of a leaf', replace: [[`${marts}customer_segments.sql`, '> 100', '> 200']] },
  { name: 'a filter in the middle', replace: [[`${marts}orders.sql`, 'left join', 'inner join']] },
  { name: 'an ephemeral model', write: { 'models/intermediate/int_order_payments.sql': ephemeral('0.5') } },
  { name: 'a macro of many', replace: [['macros/helpers.sql', '0.01', '0.001']] },
  { name: 'a macro that returns a list', replace: [['macros/helpers.sql', "'gift_card']", "'gift_card', 'cash']"]] },
  { name: 'a new macro that nothing calls', write: { 'macros/unused.sql': '{% macro unused() %}1{% endmacro %}' } },
  {
    name: 'a macro of the project that overrides one of dbt',
    unseen: true,
    write: { 'macros/schema.sql': '{% macro generate_schema_name(custom_schema_name, node) %}main{% endmacro %}' },
  },
  {
    name: 'the materialization of one model',
    replace: [[`${marts}product_catalog.sql`, 'select', "{{ config(materialized='view') }} select"]],
  },
  {
    name: 'the materialization of a folder',
    replace: [['dbt_project.yml', '+materialized: table', '+materialized: view']],
  },
  { name: 'tags of a folder', replace: [['dbt_project.yml', "'mart', 'daily'", "'mart', 'weekly'"]] },
  {
    name: 'meta of a folder',
    replace: [['dbt_project.yml', "['mart', 'daily']", "['mart', 'daily']\n      +meta: {team: core}"]],
  },
  {
    name: 'an alias',
    replace: [[`${marts}daily_revenue.sql`, 'select', "{{ config(alias='revenue_by_day') }} select"]],
  },
  { name: 'a schema', replace: [[`${marts}daily_revenue.sql`, 'select', "{{ config(schema='fin') }} select"]] },
  { name: 'a row of a seed', replace: [['seeds/raw_products.csv', '\n', '\n99,Test,1.0\n']] },
  {
    name: 'a seed config',
    replace: [['dbt_project.yml', "['raw']", "['raw']\n    +quote_columns: true"]],
  },
  { name: 'a description that is not persisted', replace: [[martsYml, 'One row per customer', 'One row a customer']] },
  {
    name: 'descriptions persisted',
    replace: [['dbt_project.yml', "['mart', 'daily']", "['mart', 'daily']\n      +persist_docs: {relation: true}"]],
  },
  { name: 'the schema of a source', replace: [['models/staging/_sources.yml', 'schema: main', 'schema: landing']] },
  {
    name: 'how a source tells its age',
    replace: [['models/staging/_sources.yml', 'loaded_at_field: landed_at', 'loaded_at_field: event_id']],
  },
  { name: 'the description of a source', replace: [['models/staging/_sources.yml', 'Raw web events', 'Web events']] },
  {
    name: 'a new leaf',
    write: { [`${marts}top_customers.sql`]: "select * from {{ ref('customers') }} where lifetime_value > 50" },
  },
  { name: 'a model deleted', remove: [`${marts}product_catalog.sql`] },
  {
    name: 'a model disabled',
    replace: [[`${marts}product_catalog.sql`, 'select', '{{ config(enabled=false) }} select']],
  },
  {
    name: 'a model moved',
    remove: [`${marts}product_catalog.sql`],
    write: {
      'models/marts/products/product_catalog.sql':
        "select product_id, product_name, price, price > 8 as is_premium from {{ ref('stg_products') }}\n",
    },
  },
  {
    name: 'a new generic test',
    replace: [
      [martsYml, '- { name: segment, data_tests: [not_null] }', '- { name: segment, data_tests: [not_null, unique] }'],
    ],
  },
  {
    name: 'the severity of a test',
    replace: [
      [
        martsYml,
        '- { name: segment, data_tests: [not_null] }',
        '- {name: segment, data_tests: [{not_null: {config: {severity: warn}}}]}',
      ],
    ],
  },
  { name: 'values of a test', replace: [[martsYml, 'completed, returned]', 'completed, returned, lost]']] },
  { name: 'a singular test', replace: [['tests/assert_no_negative_amounts.sql', 'select', '-- x\nselect']] },
  { name: 'a comment above a select *', replace: [['models/staging/stg_events.sql', 'select *', '-- all\nselect *']] },
  { name: 'a unit test', replace: [[martsYml, 'lifetime_value: 500', 'lifetime_value: 501']] },
  {
    name: 'a snapshot config',
    replace: [['snapshots/orders_snapshot.yml', 'check_cols: [status]', 'check_cols: [status, order_date]']],
  },
  { name: 'an incremental strategy', replace: [[`${marts}events_incremental.sql`, 'delete+insert', 'append']] },
  {
    name: 'a column type under contract',
    replace: [[martsYml, '{ name: order_date, data_type: date }', '{ name: order_date, data_type: timestamp }']],
  },
  {
    name: 'access of a model',
    replace: [
      [martsYml, '    description: One row per customer', '    access: public\n    description: One row per customer'],
    ],
  },
  { name: 'an exposure', replace: [[martsYml, 'maturity: high', 'maturity: low']] },
  { name: 'a metric', replace: [[martsYml, 'label: Revenue', 'label: Income']] },
  { name: 'a project variable', replace: [['dbt_project.yml', 'min_amount: 0', 'min_amount: 1']] },
  {
    name: 'a hook on a model',
    replace: [[`${marts}product_catalog.sql`, 'select', "{{ config(post_hook='select 1') }} select"]],
  },
  { name: 'an analysis', replace: [['analyses/top_customers.sql', 'select', '-- y\nselect']] },
  {
    name: 'two edits at once',
    replace: [
      [`${marts}customer_segments.sql`, '> 30', '> 40'],
      ['models/staging/stg_products.sql', 'select', '/* p */ select'],
    ],
  },
];

function ephemeral(factor: string): string {
  return `select order_id,
{% for m in payment_methods() %}
  sum(case when payment_method = '{{ m }}' then amount * ${factor} else 0 end) as {{ m }}_amount,
{% endfor %}
  sum(amount) as total_amount
from {{ ref('stg_payments') }} group by 1
`;
}
