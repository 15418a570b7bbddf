select kind, price from {{ ref('base_items') }} order by price, item_id limit 3
