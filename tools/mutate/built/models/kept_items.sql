{{ config(materialized='kept') }}
select item_id, price from {{ ref('base') }}
