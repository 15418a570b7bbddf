select name, cost from {{ ref('spend') }} where top > {{ var('floor') }}
