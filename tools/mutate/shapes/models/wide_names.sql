select name, top from {{ ref('wide') }}
