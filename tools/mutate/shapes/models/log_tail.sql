{{ config(materialized='incremental') }}
select item_id, kind, price from {{ ref('base_items') }}
{% if is_incremental() %} where item_id > (select max(item_id) from {{ this }}) - {{ var('back') }} {% endif %}
