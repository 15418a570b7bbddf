select kind, sum(price) as price from {{ ref('log') }} group by kind
