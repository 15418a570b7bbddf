{{ config(materialized='incremental') }}
select id as item_id, price from {{ ref('items') }}
{% if is_incremental() %} {{ fresh() }} {% endif %}
