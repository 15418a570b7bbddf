select sum(price * kept_at) as total, max(kept_mark) as mark from {{ ref('kept_items') }}
