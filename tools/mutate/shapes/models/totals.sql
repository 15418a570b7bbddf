select count(*) as rows_seen, sum(amount) as amount from {{ ref('everything') }}
