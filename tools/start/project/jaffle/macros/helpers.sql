{# Decimals, not doubles: a sum of doubles depends on the order of its rows. #}
{% macro cents_to_units(col) %}cast({{ col }} * 0.01 as decimal(12, 2)){% endmacro %}

{% macro payment_methods() %}{{ return(['card', 'coupon', 'transfer', 'gift_card']) }}{% endmacro %}

{# Stands for the loader outside dbt that lands the source: always the same 2,000 events. #}
{% macro land_events() %}
  {% do run_query("create or replace table main.events as select range as event_id, 1 + range % 100 as customer_id, case when range % 7 = 0 then 'order' else 'view' end as kind, timestamp '2024-01-01' + interval (range) minute as landed_at from range(2000)") %}
{% endmacro %}
