with bought as (
  select person_id, kind, sum(price) as total, count(*) as pieces
  from {{ ref('base_items') }}
  where price >= 1
  group by person_id, kind
),
best as (
  select person_id, max(total) as top from bought group by 1
)
select p.person_id, p.name, coalesce(b.top, 0) as top, {{ money('b.top') }} as cost
from {{ ref('all_people') }} p
left join best b using (person_id)
