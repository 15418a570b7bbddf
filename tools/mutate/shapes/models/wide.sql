{{ config(materialized='view') }}
select * from {{ ref('spend') }}
