select person_id, team, pay, rank() over (partition by team order by pay desc) as place,
  sum(pay) over (partition by team) as team_pay
from {{ ref('all_people') }}
