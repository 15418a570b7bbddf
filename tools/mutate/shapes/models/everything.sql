select person_id, name as label, pay as amount from {{ ref('all_people') }}
union all
select person_id, kind as label, price as amount from {{ ref('base_items') }}
