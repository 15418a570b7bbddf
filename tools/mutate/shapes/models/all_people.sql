select * from {{ ref('base_people') }}
