-- depends_on: {{ ref('kinds') }}
select {% if execute %}{{ run_query('select count(*) from ' ~ ref('kinds')).columns[0].values()[0] }}{% else %}0{% endif %} as kinds
