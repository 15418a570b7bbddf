select team, person_id, team_pay from {{ ref('ranked') }} where place = 1
