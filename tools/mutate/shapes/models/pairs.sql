select a.name as worker, b.name as boss, a.pay as worker_pay, b.pay as boss_pay
from {{ ref('all_people') }} a
inner join {{ ref('all_people') }} b on a.boss_id = b.person_id
