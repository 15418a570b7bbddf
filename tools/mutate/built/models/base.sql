select id as item_id, person as person_id, kind, price from {{ ref('items') }}
