select item_id, kind, row_number() over (partition by kind order by price, item_id) as n from {{ ref('base_items') }}
