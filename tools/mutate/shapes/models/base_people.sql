{{ config(materialized='view') }}
select id as person_id, name, team, pay, boss as boss_id from {{ ref('people') }}
