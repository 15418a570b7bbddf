{{ config(materialized='view') }}
select item_id, kind, table_mark from {{ ref('base') }}
