select person_id, pay / (select sum(pay) from {{ ref('all_people') }}) as part from {{ ref('all_people') }}
