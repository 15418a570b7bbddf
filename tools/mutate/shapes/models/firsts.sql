select kind, item_id from {{ ref('numbered') }} where n = 1
