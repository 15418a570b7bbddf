select team, kind, sum(price) as price from {{ ref('star_join') }} group by all
