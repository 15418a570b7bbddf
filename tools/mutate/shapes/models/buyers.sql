select name, team from {{ ref('all_people') }} p
where person_id in (select person_id from {{ ref('base_items') }} where dear)
  and not exists (select 1 from {{ ref('underpaid') }} u where u.worker = p.name)
