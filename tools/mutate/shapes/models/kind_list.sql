select kind, count(*) as n from {{ ref('kinds') }} group by kind
