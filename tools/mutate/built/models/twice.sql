select id as item_id, main.doubled(price) as price2 from {{ ref('items') }}
