{{ config(materialized='incremental', unique_key='item_id') }}
select item_id, kind, price from {{ ref('base_items') }}
{% if is_incremental() %} where item_id > (select max(item_id) from {{ this }}) {% endif %}
