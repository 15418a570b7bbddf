select * from {{ source('ops', 'events') }}
