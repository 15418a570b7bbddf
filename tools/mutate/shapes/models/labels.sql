select label from {{ ref('everything') }}
union
select team as label from {{ ref('all_people') }}
