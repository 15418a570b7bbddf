select order_id,
{% for m in payment_methods() %}
  cast(sum(case when payment_method = '{{ m }}' then amount else 0 end) as decimal(12, 2)) as {{ m }}_amount,
{% endfor %}
  cast(sum(amount) as decimal(12, 2)) as total_amount
from {{ ref('stg_payments') }}
group by 1
