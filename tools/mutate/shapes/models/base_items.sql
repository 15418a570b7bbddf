{{ config(materialized='view') }}
select id as item_id, person as person_id, kind, price, price > 3 as dear from {{ ref('items') }}
