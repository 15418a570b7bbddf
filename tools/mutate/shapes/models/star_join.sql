select p.*, i.kind, i.price from {{ ref('all_people') }} p join {{ ref('base_items') }} i on p.person_id = i.person_id
