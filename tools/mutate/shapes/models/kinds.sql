select distinct kind, dear from {{ ref('base_items') }}
